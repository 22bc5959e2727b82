//! A Portcullis of one's own for a test, and the SDK's configuration for it.

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_sts::config::Credentials;
use std::{path::PathBuf, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

/// A running `--dev` plane; killed when dropped.
pub struct Plane {
    _server: Child,
    endpoint: String,
    operations_address: String,
    /// Twelve digits.
    pub account_id: String,
    /// The root user's key.
    pub root: Credentials,
}

impl Plane {
    /// Starts the binary that `PORTCULLIS_BIN` names, or the workspace's debug build, and waits for it.
    pub async fn start() -> Self {
        let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/debug/portcullis");
        let binary = std::env::var_os("PORTCULLIS_BIN").map_or_else(|| PathBuf::from(built), PathBuf::from);
        let mut server = Command::new(&binary)
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--format", "json"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).expect("one line of JSON when ready");
        let text =
            |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {line}")).to_owned();
        Self {
            _server: server,
            endpoint: text("endpoint"),
            operations_address: text("operations_endpoint").replace("http://", ""),
            account_id: text("account_id"),
            root: credentials(&text("access_key_id"), &text("secret_access_key"), None),
        }
    }

    /// The SDK's configuration for this plane and these credentials.
    pub async fn config(&self, credentials: Credentials) -> SdkConfig {
        self.loader().credentials_provider(credentials).load().await
    }

    /// The same without credentials, for providers that bring their own.
    pub fn loader(&self) -> aws_config::ConfigLoader {
        aws_config::defaults(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(RetryConfig::disabled())
            .region(Region::from_static("us-east-1"))
            .endpoint_url(&self.endpoint)
    }

    /// Moves the server's clock forward.
    pub async fn advance(&self, seconds: u32) {
        let mut connection = TcpStream::connect(&self.operations_address).await.unwrap();
        let request = format!(
            "POST /clock/advance?seconds={seconds} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.operations_address
        );
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "the clock did not move: {answer}");
    }
}

/// Static credentials.
pub fn credentials(
    access_key_id: &str,
    secret_access_key: &str,
    session_token: Option<String>,
) -> Credentials {
    Credentials::new(access_key_id, secret_access_key, session_token, None, "test")
}
