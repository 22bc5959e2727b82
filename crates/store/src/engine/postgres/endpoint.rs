use std::{net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use percent_encoding::percent_decode_str;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

/// Where the database is and how to get there, from a `postgres://` URL.
///
/// TLS: `sslmode=disable` does without; `require`, `verify-ca` and `verify-full` all check the server's certificate and
/// name, against `sslrootcert=FILE` or the system's roots. Without `sslmode` only Unix sockets and loopback addresses do
/// without. `allow` and `prefer` are refused: whoever sits between could turn TLS off.
#[derive(Clone)]
pub(crate) struct Endpoint {
    /// One for each host of the URL, in its order.
    pub(super) hosts: Vec<Config>,
    /// `None` for connections in the clear.
    pub(super) tls: Option<MakeRustlsConnect>,
}

impl Endpoint {
    /// Reads the URL and the root certificates it names.
    pub(crate) fn open(url: &str) -> Result<Self, StoreError> {
        let Parsed { mut config, mode, root_certificates } = Parsed::from_url(url)?;
        let local =
            config.get_hosts().iter().all(is_local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        let tls = match mode.as_deref() {
            Some("disable") => None,
            None if local => None,
            None | Some("require" | "verify-ca" | "verify-full") => Some(tls(root_certificates)?),
            Some(other) => {
                return Err(StoreError::Location(format!(
                    "sslmode={other} is not supported: use disable, require or verify-full"
                )));
            }
        };
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        // A standby of a failover cluster must not be taken for the database.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        if config.get_application_name().is_none() {
            config.application_name("portcullis");
        }
        Ok(Self { hosts: one_by_one(&config), tls })
    }

    /// Hosts and database name, for messages: no user, no password.
    pub(crate) fn shown(url: &str) -> String {
        let Ok(Parsed { config, .. }) = Parsed::from_url(url) else { return "postgres:".to_owned() };
        let hosts: Vec<String> = config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        format!("postgres://{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
    }
}

/// The same configuration for each host alone.
fn one_by_one(config: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    (0..hosts.len().max(addresses.len()))
        .map(|index| {
            let mut alone = Config::new();
            copy_session(config, &mut alone);
            copy_socket(config, &mut alone);
            match hosts.get(index) {
                Some(Host::Tcp(name)) => drop(alone.host(name)),
                Some(Host::Unix(path)) => drop(alone.host_path(path)),
                None => {}
            }
            if let Some(address) = addresses.get(index) {
                alone.hostaddr(*address);
            }
            // One port is that of all hosts.
            if let Some(port) = ports.get(index).or(ports.first()) {
                alone.port(*port);
            }
            alone
        })
        .collect()
}

fn copy_session(from: &Config, to: &mut Config) {
    if let Some(user) = from.get_user() {
        to.user(user);
    }
    if let Some(password) = from.get_password() {
        to.password(password);
    }
    if let Some(name) = from.get_dbname() {
        to.dbname(name);
    }
    if let Some(options) = from.get_options() {
        to.options(options);
    }
    if let Some(name) = from.get_application_name() {
        to.application_name(name);
    }
    to.ssl_mode(from.get_ssl_mode());
    to.ssl_negotiation(from.get_ssl_negotiation());
    to.channel_binding(from.get_channel_binding());
    to.target_session_attrs(from.get_target_session_attrs());
}

fn copy_socket(from: &Config, to: &mut Config) {
    if let Some(time) = from.get_connect_timeout() {
        to.connect_timeout(*time);
    }
    if let Some(time) = from.get_tcp_user_timeout() {
        to.tcp_user_timeout(*time);
    }
    to.keepalives(from.get_keepalives());
    to.keepalives_idle(from.get_keepalives_idle());
    if let Some(time) = from.get_keepalives_interval() {
        to.keepalives_interval(time);
    }
    if let Some(retries) = from.get_keepalives_retries() {
        to.keepalives_retries(retries);
    }
}

struct Parsed {
    config: Config,
    mode: Option<String>,
    root_certificates: Option<PathBuf>,
}

impl Parsed {
    /// Takes `sslmode` and `sslrootcert` out of the URL, which the driver does not know in full, and reads the rest.
    fn from_url(url: &str) -> Result<Self, StoreError> {
        let (mut mode, mut root_certificates) = (None, None);
        let (base, query) = url.rsplit_once('?').unwrap_or((url, ""));
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = || percent_decode_str(value).decode_utf8_lossy().into_owned();
            match key {
                "sslmode" => mode = Some(value()),
                "sslrootcert" => root_certificates = Some(PathBuf::from(value())),
                _ => kept.push(pair),
            }
        }
        let rest = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        // The driver's error may repeat what it could not read, such as a password: name the trouble only.
        let config =
            rest.parse().map_err(|_| StoreError::Location("the postgres:// URL is not valid".into()))?;
        Ok(Self { config, mode, root_certificates })
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

fn tls(root_certificates: Option<PathBuf>) -> Result<MakeRustlsConnect, StoreError> {
    let mut roots = RootCertStore::empty();
    match root_certificates {
        Some(path) => {
            let failed =
                |error: &dyn std::fmt::Display| StoreError::Location(format!("{}: {error}", path.display()));
            for certificate in CertificateDer::pem_file_iter(&path).map_err(|error| failed(&error))? {
                let certificate = certificate.map_err(|error| failed(&error))?;
                roots.add(certificate).map_err(|error| failed(&error))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(StoreError::Location(
            "there are no root certificates to check the database's with".into(),
        ));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(StoreError::unavailable)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypted(url: &str) -> Result<bool, StoreError> {
        Endpoint::open(url).map(|endpoint| endpoint.tls.is_some())
    }

    #[test]
    fn only_local_connections_go_in_the_clear_unasked() {
        assert_eq!(encrypted("postgres://u@localhost/d"), Ok(false));
        assert_eq!(encrypted("postgres://u@127.0.0.1,[::1]/d"), Ok(false));
        assert_eq!(encrypted("postgres:///d?host=/run/postgresql"), Ok(false));
        assert_eq!(encrypted("postgres://u@db.example.com/d?sslmode=disable"), Ok(false));
        assert!(matches!(encrypted("postgres://u@localhost/d?sslmode=prefer"), Err(StoreError::Location(_))));
    }

    #[test]
    fn encryption_needs_roots_to_check_with() {
        let error = encrypted("postgres://u@db.example.com/d?sslrootcert=/no/such.pem&sslmode=verify-full");
        assert!(matches!(error, Err(StoreError::Location(text)) if text.contains("/no/such.pem")));
        let error = encrypted("postgres://u@localhost,db.example.com/d?sslrootcert=/dev/null");
        assert!(matches!(error, Err(StoreError::Location(text)) if text.contains("root certificates")));
    }

    #[test]
    fn every_host_is_asked_by_itself() {
        let endpoint = Endpoint::open("postgres://u:p@127.0.0.1:1,localhost:2/d?connect_timeout=3").unwrap();
        let alone = |url: &str| {
            let mut config: Config = url.parse().unwrap();
            config.ssl_mode(SslMode::Disable).target_session_attrs(TargetSessionAttrs::ReadWrite);
            config.application_name("portcullis");
            config
        };
        let expected = [
            alone("postgres://u:p@127.0.0.1:1/d?connect_timeout=3"),
            alone("postgres://u:p@localhost:2/d?connect_timeout=3"),
        ];
        assert_eq!(endpoint.hosts, expected);
    }

    #[test]
    fn a_bad_url_is_refused_without_repeating_it() {
        let error = encrypted("postgres://u:hunter2@h:port/d").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
