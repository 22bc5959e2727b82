//! How the plane says that it is ready: one line of JSON for programs, words for people.

use crate::command_line::ReadyFormat;
use domain::{AccessKeyId, Account, SecretAccessKey};
use serde::Serialize;
use std::{io::Write, net::SocketAddr};

/// What can be reached where, and as whom.
pub(crate) struct Ready<'a> {
    pub(crate) listen: SocketAddr,
    pub(crate) operations_listen: SocketAddr,
    pub(crate) secure: bool,
    pub(crate) account: &'a Account,
    pub(crate) root_access_key: Option<(AccessKeyId, SecretAccessKey)>,
    /// The command that mints credentials for this plane.
    pub(crate) credentials_command: String,
}

#[derive(Serialize)]
struct Line<'a> {
    endpoint: String,
    operations_endpoint: String,
    console_url: String,
    account_id: String,
    root_email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_access_key: Option<&'a str>,
}

impl Ready<'_> {
    /// Writes to standard output. Whoever starts the plane waits for this.
    pub(crate) fn say(&self, format: ReadyFormat) -> std::io::Result<()> {
        let text = match format {
            ReadyFormat::Json => self.json()?,
            ReadyFormat::Text => self.text(),
        };
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    fn json(&self) -> std::io::Result<String> {
        let endpoint = self.endpoint();
        let key = self.root_access_key.as_ref();
        let line = Line {
            console_url: format!("{endpoint}/console"),
            endpoint,
            operations_endpoint: format!("http://{}", self.operations_listen),
            account_id: self.account.id.to_string(),
            root_email: &self.account.email,
            access_key_id: key.map(|(id, _)| id.as_str()),
            secret_access_key: key.map(|(_, secret)| secret.expose()),
        };
        Ok(serde_json::to_string(&line)? + "\n")
    }

    fn text(&self) -> String {
        let endpoint = self.endpoint();
        let credentials = match &self.root_access_key {
            Some((id, secret)) => {
                format!("  export AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={}\n", secret.expose())
            }
            None => format!(
                "\nShort-term administrator credentials, for whoever can read the data directory:\n\n  \
                 eval \"$({} --format env)\"\n",
                self.credentials_command
            ),
        };
        format!(
            "Portcullis is ready.\n\n  endpoint    {endpoint}\n  operations  http://{}  (/healthz, /readyz, /metrics)\n  \
             account     {}\n\nPoint AWS clients at it:\n\n  export AWS_ENDPOINT_URL={endpoint} AWS_REGION=us-east-1\n\
             {credentials}  aws sts get-caller-identity\n",
            self.operations_listen, self.account.id,
        )
    }

    fn endpoint(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.listen)
    }
}
