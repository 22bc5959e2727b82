"""Users with keys and sessions of roles, made in one line so that a test can be about something else."""

from clients import Client
from plane import Credentials
from policies import policy, trust


def user_with_key(root: Client, name: str, *statements: dict) -> Credentials:
    """A user `name` with an access key and, where statements are given, the inline policy `inline`."""
    root.call("iam", "CreateUser", UserName=name)
    if statements:
        root.call("iam", "PutUserPolicy", UserName=name, PolicyName="inline", PolicyDocument=policy(*statements))
    return Credentials.of(root.call("iam", "CreateAccessKey", UserName=name)["AccessKey"])


def role(root: Client, name: str, trusted: str, *statements: dict, external_id: str | None = None, **more) -> str:
    """The ARN of a new role that `trusted` may assume, with the statements as the inline policy `inline`."""
    document = trust(trusted, external_id)
    made = root.call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=document, **more)["Role"]
    if statements:
        root.call("iam", "PutRolePolicy", RoleName=name, PolicyName="inline", PolicyDocument=policy(*statements))
    return made["Arn"]


def session(caller: Client, role_arn: str, name: str = "session", **more) -> Credentials:
    """Credentials of a session of the role."""
    answer = caller.call("sts", "AssumeRole", RoleArn=role_arn, RoleSessionName=name, **more)
    return Credentials.of(answer["Credentials"])
