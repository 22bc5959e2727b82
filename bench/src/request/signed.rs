//! One signed request, as the AWS CLI sends it.

use jiff::Timestamp;
use sigv4::{Body, Canonicalization, Credentials, Request, Signer, SigningScope};
use std::{error::Error, fmt::Write, net::SocketAddr};

const FORM: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// The raw bytes of `sts:GetCallerIdentity`; good for fifteen minutes.
pub(crate) fn get_caller_identity(
    address: SocketAddr,
    access_key_id: &str,
    secret_access_key: &str,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let host = address.to_string();
    let signer = Signer {
        credentials: Credentials { access_key_id, secret_access_key, session_token: None },
        scope: SigningScope::Region("us-east-1"),
        service: "sts",
        signed_at: now(),
        rules: Canonicalization::DEFAULT,
    };
    let headers: [(&str, &[u8]); 2] = [("host", host.as_bytes()), ("content-type", CONTENT_TYPE.as_bytes())];
    let request = Request {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        body: Body::Bytes(FORM.as_bytes()),
    };
    let mut text = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: {CONTENT_TYPE}\r\ncontent-length: {}\r\n\
         user-agent: aws-cli/2.38.5 bench\r\naccept-encoding: identity\r\n",
        FORM.len()
    );
    for (name, value) in signer.sign(&request)? {
        write!(text, "{name}: {value}\r\n")?;
    }
    text.push_str("\r\n");
    text.push_str(FORM);
    Ok(text.into_bytes())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark signs with the time it runs at")]
fn now() -> Timestamp {
    Timestamp::now()
}
