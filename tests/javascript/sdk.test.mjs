// The AWS SDK for JavaScript as an application uses it: its paginators, credential providers and error classes.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  EntityAlreadyExistsException,
  GetUserCommand,
  IAMClient,
  NoSuchEntityException,
  PutUserPolicyCommand,
  paginateListUsers,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { start } from "./plane.mjs";

let plane;
let root;

beforeEach(async () => {
  plane = await start();
  root = new IAMClient({ ...plane.settings, credentials: plane.root });
});

afterEach(() => plane.stop());

const policy = (...statements) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = (action, resource = "*") => ({ Effect: "Allow", Action: action, Resource: resource });
const identity = (credentials) => new STSClient({ ...plane.settings, credentials }).send(new GetCallerIdentityCommand({}));

async function userWithKey(name, ...statements) {
  await root.send(new CreateUserCommand({ UserName: name }));
  if (statements.length > 0) {
    await root.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "inline", PolicyDocument: policy(...statements) }),
    );
  }
  const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName: name }));
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
}

async function partnerRole(externalId) {
  const trust = policy({
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${plane.accountId}:root` },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "sts:ExternalId": externalId } },
  });
  const { Role } = await root.send(new CreateRoleCommand({ RoleName: "partner", AssumeRolePolicyDocument: trust }));
  return Role.Arn;
}

test("root and a new user learn who they are", async () => {
  assert.equal((await identity(plane.root)).Arn, `arn:aws:iam::${plane.accountId}:root`);
  assert.equal((await identity(await userWithKey("alice"))).Arn, `arn:aws:iam::${plane.accountId}:user/alice`);
});

test("modelled errors are the SDK's own classes", async () => {
  await assert.rejects(root.send(new GetUserCommand({ UserName: "ghost" })), (error) => {
    assert(error instanceof NoSuchEntityException);
    assert.equal(error.message, "The user with name ghost cannot be found.");
    assert.equal(error.$metadata.httpStatusCode, 404);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
  await userWithKey("alice");
  await assert.rejects(root.send(new CreateUserCommand({ UserName: "alice" })), EntityAlreadyExistsException);
});

test("a wrong secret and an unknown key are told apart", async () => {
  const key = await userWithKey("alice");
  await assert.rejects(identity({ ...key, secretAccessKey: "x".repeat(40) }), { name: "SignatureDoesNotMatch" });
  await assert.rejects(identity({ ...key, accessKeyId: "AKIAIOSFODNN7EXAMPLE" }), { name: "InvalidClientTokenId" });
});

test("a policy opens what was closed", async () => {
  const arn = `arn:aws:iam::${plane.accountId}:user/alice`;
  const alice = new IAMClient({ ...plane.settings, credentials: await userWithKey("alice") });
  await assert.rejects(alice.send(new GetUserCommand({})), {
    name: "AccessDenied",
    message:
      `User: ${arn} is not authorized to perform: iam:GetUser on resource: ${arn} ` +
      "because no identity-based policy allows the iam:GetUser action",
  });
  const PolicyDocument = policy(allow("iam:GetUser", arn));
  await root.send(new PutUserPolicyCommand({ UserName: "alice", PolicyName: "self", PolicyDocument }));
  const { User } = await alice.send(new GetUserCommand({}));
  assert.equal(User.Arn, arn);
  assert(Math.abs(Date.now() - User.CreateDate.getTime()) < 60_000);
});

test("the SDK's own provider assumes a role with its external id", async () => {
  const masterCredentials = await userWithKey("alice", allow("sts:AssumeRole"));
  const RoleArn = await partnerRole("door-17");
  const visit = (ExternalId) =>
    fromTemporaryCredentials({
      masterCredentials,
      params: { RoleArn, RoleSessionName: "visit", ExternalId },
      clientConfig: plane.settings,
    });
  assert.equal(
    (await identity(visit("door-17"))).Arn,
    `arn:aws:sts::${plane.accountId}:assumed-role/partner/visit`,
  );
  await assert.rejects(identity(visit("door-18")), { name: "AccessDenied" });
});

test("an expired session is refused", async () => {
  const sts = new STSClient({ ...plane.settings, credentials: await userWithKey("alice", allow("sts:AssumeRole")) });
  const RoleArn = await partnerRole("door-17");
  const order = { RoleArn, RoleSessionName: "visit", ExternalId: "door-17", DurationSeconds: 900 };
  const { Credentials } = await sts.send(new AssumeRoleCommand(order));
  const session = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
  await identity(session);
  await plane.advance(901);
  await assert.rejects(identity(session), { name: /^ExpiredToken(Exception)?$/ });
});

test("a paginator walks every page", async () => {
  const names = Array.from({ length: 11 }, (_, number) => `user-${String(number).padStart(2, "0")}`);
  for (const UserName of names) await root.send(new CreateUserCommand({ UserName }));
  const walked = [];
  for await (const page of paginateListUsers({ client: root, pageSize: 4 }, {})) {
    walked.push(...page.Users.map((user) => user.UserName));
  }
  assert.deepEqual(walked, names);
});
