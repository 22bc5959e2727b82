// Does what each line of JSON on standard input says with the AWS SDK for JavaScript, and answers with a line of JSON.
// {"settings", "service", "operation", "parameters"} -> {"answer"} | {"refused": {"code", "message", "status"}}

import { createInterface } from "node:readline";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";

const services = {
  iam: { module: iam, Client: iam.IAMClient },
  sts: { module: sts, Client: sts.STSClient },
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await obey(JSON.parse(line))) + "\n");
}

async function obey({ settings, service, operation, parameters }) {
  const { module, Client } = services[service];
  const client = new Client({ ...settings, maxAttempts: 1 });
  try {
    const { $metadata, ...answer } = await client.send(new module[`${operation}Command`](parameters));
    return { answer };
  } catch (error) {
    if (!error.$metadata?.httpStatusCode) return { failed: String(error.stack ?? error) };
    return { refused: { code: error.Code ?? error.name, message: error.message, status: error.$metadata.httpStatusCode } };
  } finally {
    client.destroy();
  }
}
