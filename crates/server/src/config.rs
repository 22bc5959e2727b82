//! Configuration: one TOML file, overridden by the environment, overridden by flags. Unknown keys are errors, secrets
//! are named by file.

use crate::{
    audit,
    command_line::{Place, Serve},
    throttle::Rates,
};
use domain::AccountId;
use ipnet::IpNet;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use services::{DirectoryLimits, OutboundSettings, RoleTemplateError, RoleTemplates};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use store::{Location, Options};

/// The port of the API listener.
const API_PORT: u16 = 4500;
/// The port of the operations listener.
const OPERATIONS_PORT: u16 = 4501;
/// The account of a `--dev` plane.
const DEV_ACCOUNT: u64 = 123_456_789_012;

/// Everything `serve` needs to know, decided.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) storage: Storage,
    pub(crate) listen: SocketAddr,
    pub(crate) operations_listen: SocketAddr,
    /// The management account's id, where the operator chose one.
    pub(crate) account_id: Option<AccountId>,
    pub(crate) dev: bool,
    pub(crate) tls: Option<Tls>,
    pub(crate) limits: Limits,
    pub(crate) throttle: Rates,
    pub(crate) audit: audit::Settings,
    pub(crate) outbound: OutboundSettings,
    pub(crate) node_name: Option<String>,
    pub(crate) role_templates: RoleTemplates,
}

/// The store and the key that seals it.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    pub(crate) location: Location,
    /// `None` for a key that lives and dies with the process: that of a store in memory or of a `--dev` plane.
    pub(crate) root_key_file: Option<PathBuf>,
    pub(crate) options: Options,
    pub(crate) directory: DirectoryLimits,
}

/// Certificate and key files; both are read again when they change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// PEM chain, leaf first.
    pub(crate) certificate_file: PathBuf,
    /// PEM private key.
    pub(crate) private_key_file: PathBuf,
}

/// What one connection or request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Open connections on the API listener; more wait in the kernel's queue.
    pub(crate) connections: usize,
    /// Open connections from one address, of IPv6 from one /64; more are closed at once. Zero is no limit.
    pub(crate) connections_per_address: usize,
    /// Requests being answered at a time; more are refused with `ServiceUnavailable`.
    pub(crate) requests_in_flight: usize,
    /// Megabytes that large bodies may take together.
    pub(crate) body_megabytes: usize,
    /// Seconds a client may take to send a request's headers.
    pub(crate) header_seconds: u64,
    /// Seconds one request may take from headers to answer, and a client to take in a part of the answer.
    pub(crate) request_seconds: u64,
    /// Seconds that shutdown waits for requests under way.
    pub(crate) shutdown_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 1_000,
            requests_in_flight: 20_000,
            body_megabytes: 256,
            header_seconds: 10,
            request_seconds: 30,
            shutdown_seconds: 20,
        }
    }
}

impl Limits {
    pub(crate) fn header_time(self) -> Duration {
        Duration::from_secs(self.header_seconds)
    }

    pub(crate) fn request_time(self) -> Duration {
        Duration::from_secs(self.request_seconds)
    }

    pub(crate) fn shutdown_time(self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }
}

/// The configuration file.
#[expect(clippy::struct_field_names, reason = "the keys as operators write them")]
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    data_dir: Option<PathBuf>,
    store: Option<StoreKey>,
    /// A file whose first line is the store URL, for URLs with a password.
    store_file: Option<PathBuf>,
    root_key_file: Option<PathBuf>,
    listen: Option<SocketAddr>,
    operations_listen: Option<SocketAddr>,
    account_id: Option<AccountId>,
    tls: Option<Tls>,
    limits: Limits,
    throttle: Option<Rates>,
    audit: audit::Section,
    directory: DirectoryTable,
    node: NodeTable,
    /// Role templates beside those of the program: a JSON list of versions.
    role_templates_file: Option<PathBuf>,
    outbound: OutboundTable,
}

/// `store = "URL"`, or the table `[store]`.
#[derive(Debug)]
enum StoreKey {
    Url(String),
    Table(StoreTable),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StoreTable {
    url: Option<String>,
    /// Connections of this process to PostgreSQL, at most; one more is for the change log.
    connections: Option<usize>,
    /// Seconds that memory answers while the store is out of reach.
    offline_seconds: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DirectoryTable {
    /// Mebibytes of memory for keys, principals and policies.
    mebibytes: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NodeTable {
    /// What the operator calls this process among others.
    name: Option<String>,
}

/// Which connections the plane may open by itself, because a client named a host: to ask an OpenID Connect provider for
/// its certificate.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OutboundTable {
    /// Whether any may be opened. An air-gapped plane says false, and its clients name thumbprints themselves.
    connect: bool,
    /// Ranges of addresses that may be connected to besides public ones, such as `10.1.0.0/16`.
    allow: Vec<IpNet>,
    /// Seconds that looking up, connecting and TLS may take together.
    seconds: u64,
}

impl Default for OutboundTable {
    fn default() -> Self {
        let OutboundSettings { connect, allow, time, .. } = OutboundSettings::default();
        Self { connect, allow, seconds: time.as_secs() }
    }
}

impl OutboundTable {
    fn decide(self) -> OutboundSettings {
        OutboundSettings {
            connect: self.connect,
            allow: self.allow,
            time: Duration::from_secs(self.seconds),
            ..OutboundSettings::default()
        }
    }
}

/// By hand, since a derived choice between two forms does not say which key of the table is unknown.
impl<'de> Deserialize<'de> for StoreKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = StoreKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a store URL or a table")
            }

            fn visit_str<E: de::Error>(self, url: &str) -> Result<StoreKey, E> {
                Ok(StoreKey::Url(url.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<StoreKey, A::Error> {
                StoreTable::deserialize(MapAccessDeserializer::new(table)).map(StoreKey::Table)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl StoreKey {
    fn url(&self) -> Option<&String> {
        match self {
            Self::Url(url) => Some(url),
            Self::Table(table) => table.url.as_ref(),
        }
    }

    fn table(&self) -> Option<&StoreTable> {
        match self {
            Self::Url(_) => None,
            Self::Table(table) => Some(table),
        }
    }
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read the file {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the configuration file {path} is not valid: {source}")]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
    #[error("the role templates in {path} are not valid: {source}")]
    RoleTemplates { path: PathBuf, source: Box<RoleTemplateError> },
    #[error("`store` and `store_file` are both set; keep one")]
    TwoStores,
    #[error("not a store URL: write sqlite:PATH or postgres://USER@HOST/DATABASE")]
    StoreUrl,
    #[error("--dev serves on loopback only; {0} is not a loopback address")]
    DevNotLoopback(SocketAddr),
    #[error(
        "--dev keeps its root key in memory, and its store too unless --store names an empty one: --data-dir does not go with it"
    )]
    DevWithDataDir,
}

impl Config {
    /// Decides the configuration of `serve`.
    pub(crate) fn for_serve(flags: &Serve) -> Result<Self, ConfigError> {
        let file = File::read(&flags.place)?;
        let loopback = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        let listen = flags.listen.or(file.listen).unwrap_or_else(|| loopback(API_PORT));
        // A plane on a port of the system's choosing is one of many on this machine: so is its operations port.
        let operations_default = if listen.port() == 0 { 0 } else { OPERATIONS_PORT };
        let operations_listen = flags
            .operations_listen
            .or(file.operations_listen)
            .unwrap_or_else(|| loopback(operations_default));
        let account_id = flags.account_id.or(file.account_id);
        if flags.dev {
            if flags.place.data_dir.is_some() {
                return Err(ConfigError::DevWithDataDir);
            }
            if let Some(open) =
                [listen, operations_listen].into_iter().find(|address| !address.ip().is_loopback())
            {
                return Err(ConfigError::DevNotLoopback(open));
            }
        }
        Ok(Self {
            audit: file.audit.decide(&data_dir(&flags.place, &file), flags.dev),
            storage: if flags.dev {
                Storage::of_dev(&flags.place, &file)?
            } else {
                Storage::decide(&flags.place, &file)?
            },
            listen,
            operations_listen,
            account_id: account_id.or_else(|| AccountId::from_number(DEV_ACCOUNT).filter(|_| flags.dev)),
            dev: flags.dev,
            tls: file.tls,
            limits: file.limits,
            throttle: file
                .throttle
                .unwrap_or_else(|| if flags.dev { Rates::unlimited() } else { Rates::default() }),
            outbound: file.outbound.decide(),
            node_name: flags.node_name.clone().or(file.node.name),
            role_templates: role_templates(file.role_templates_file)?,
        })
    }
}

/// The role templates of the program and of that file.
fn role_templates(file: Option<PathBuf>) -> Result<RoleTemplates, ConfigError> {
    let Some(path) = file else { return Ok(RoleTemplates::default()) };
    match std::fs::read_to_string(&path) {
        Ok(json) => RoleTemplates::with(&json)
            .map_err(|source| ConfigError::RoleTemplates { path, source: Box::new(source) }),
        Err(source) => Err(ConfigError::Unreadable { path, source }),
    }
}

impl Storage {
    /// Decides the storage of a command that only needs that.
    pub(crate) fn for_place(place: &Place) -> Result<Self, ConfigError> {
        Self::decide(place, &File::read(place)?)
    }

    /// That of a `--dev` plane: in memory, unless a flag names another; its root key lives and dies with it.
    fn of_dev(place: &Place, file: &File) -> Result<Self, ConfigError> {
        let decided = Self::decide(place, file)?;
        let location = if place.store.is_some() { decided.location } else { Location::Memory };
        Ok(Self { location, root_key_file: None, ..decided })
    }

    fn decide(place: &Place, file: &File) -> Result<Self, ConfigError> {
        let data_dir = data_dir(place, file);
        let url = match (&place.store, file.store.as_ref().and_then(StoreKey::url), &file.store_file) {
            (None, Some(_), Some(_)) => return Err(ConfigError::TwoStores),
            (Some(url), _, _) | (None, Some(url), None) => Some(url.clone()),
            (None, None, Some(path)) => {
                Some(read(path)?.lines().next().unwrap_or_default().trim().to_owned())
            }
            (None, None, None) => None,
        };
        let location = match url {
            Some(url) => Location::parse(&url).map_err(|_| ConfigError::StoreUrl)?,
            None => Location::Sqlite(data_dir.join("portcullis.db")),
        };
        let root_key_file = file.root_key_file.clone().unwrap_or_else(|| data_dir.join("root.key"));
        let root_key_file = (!matches!(location, Location::Memory)).then_some(root_key_file);
        let table = file.store.as_ref().and_then(StoreKey::table);
        let defaults = DirectoryLimits::default();
        let directory = DirectoryLimits {
            bytes: file
                .directory
                .mebibytes
                .map_or(defaults.bytes, |mebibytes| mebibytes.saturating_mul(1 << 20)),
            offline: table
                .and_then(|table| table.offline_seconds)
                .map_or(defaults.offline, Duration::from_secs),
        };
        let mut options = Options::default();
        if let Some(connections) = table.and_then(|table| table.connections) {
            options.connections = connections;
        }
        Ok(Self { location, root_key_file, options, directory })
    }
}

/// Where the audit files are, if there are any.
pub(crate) fn audit_directory(place: &Place) -> Result<PathBuf, ConfigError> {
    let file = File::read(place)?;
    Ok(file.audit.directory(&data_dir(place, &file)))
}

fn data_dir(place: &Place, file: &File) -> PathBuf {
    place.data_dir.clone().or_else(|| file.data_dir.clone()).unwrap_or_else(|| PathBuf::from("data"))
}

impl File {
    fn read(place: &Place) -> Result<Self, ConfigError> {
        let Some(path) = &place.config else { return Ok(Self::default()) };
        toml::from_str(&read(path)?)
            .map_err(|source| ConfigError::Malformed { path: path.clone(), source: Box::new(source) })
    }
}

fn read(path: &PathBuf) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line::{Command, CommandLine};
    use clap::Parser;

    fn decide(words: &[&str]) -> Result<Config, ConfigError> {
        let line = ["portcullis", "serve"].iter().chain(words);
        let Command::Serve(serve) = CommandLine::try_parse_from(line).unwrap().command else {
            panic!("not serve")
        };
        Config::for_serve(&serve)
    }

    #[test]
    fn dev_is_in_memory_on_loopback_with_the_well_known_account() {
        let config = decide(&["--dev", "--listen", "127.0.0.1:0"]).unwrap();
        assert!(matches!(config.storage.location, Location::Memory));
        assert_eq!(config.account_id.unwrap().to_string(), "123456789012");
        assert_eq!(config.operations_listen.port(), 0);
        assert_eq!(config.audit.directory, None);
    }

    #[test]
    fn dev_refuses_an_open_address_and_a_data_directory() {
        assert!(matches!(decide(&["--dev", "--listen", "0.0.0.0:0"]), Err(ConfigError::DevNotLoopback(_))));
        assert!(matches!(decide(&["--dev", "--data-dir", "x"]), Err(ConfigError::DevWithDataDir)));
    }

    #[test]
    fn dev_takes_a_store_and_keeps_its_key_in_memory() {
        let config = decide(&["--dev", "--store", "postgres://me@127.0.0.1/empty"]).unwrap();
        assert!(matches!(config.storage.location, Location::Postgres(_)));
        assert_eq!(config.storage.root_key_file, None);
    }

    #[test]
    fn the_store_is_a_url_or_a_table() {
        let file = |text: &str| toml::from_str::<File>(text).map_err(|error| error.to_string());
        let place = Place::default();
        let storage = |text: &str| Storage::decide(&place, &file(text).unwrap()).unwrap();
        let plain = storage("store = \"sqlite:a.db\"");
        assert!(matches!(&plain.location, Location::Sqlite(path) if path.ends_with("a.db")));
        assert_eq!(plain.directory, DirectoryLimits::default());
        let table = storage(
            "[store]\nurl = \"sqlite:b.db\"\noffline_seconds = 7\nconnections = 3\n[directory]\nmebibytes = 3",
        );
        assert!(matches!(&table.location, Location::Sqlite(path) if path.ends_with("b.db")));
        let limits = DirectoryLimits { bytes: 3 << 20, offline: Duration::from_secs(7) };
        assert_eq!((table.directory, table.options.connections), (limits, 3));
        let error = file("[store]\nofline_seconds = 7").unwrap_err();
        assert!(error.contains("ofline_seconds"), "{error}");
    }

    #[test]
    fn connections_to_others_are_limited_by_ranges() {
        let decide = |text: &str| {
            toml::from_str::<File>(text).map(|file| file.outbound.decide()).map_err(|error| error.to_string())
        };
        assert_eq!(decide("").unwrap(), OutboundSettings::default());
        let text = "[outbound]\nconnect = false\nallow = [\"10.1.0.0/16\", \"fd00::/8\"]\nseconds = 2";
        let expected = OutboundSettings {
            connect: false,
            allow: vec!["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()],
            time: Duration::from_secs(2),
            ..OutboundSettings::default()
        };
        assert_eq!(decide(text).unwrap(), expected);
        for wrong in ["allow = [\"10.1.0.0\"]", "allow = [\"localhost\"]", "deny = []"] {
            assert!(decide(&format!("[outbound]\n{wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn flags_win_over_the_file_and_unknown_keys_are_errors() {
        let dir = std::env::temp_dir().join(format!("portcullis-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("portcullis.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\n[limits]\nconnections = 5\n").unwrap();
        let config = decide(&["--config", path.to_str().unwrap(), "--listen", "127.0.0.1:2"]).unwrap();
        assert_eq!((config.listen.port(), config.limits.connections), (2, 5));
        assert_eq!(config.audit.directory, Some("data/audit".into()));
        let audit =
            "[audit]\ndirectory = \"x\"\nretention_days = 7\nreads = \"refuse\"\nmax_lag_seconds = 5\n";
        std::fs::write(&path, audit).unwrap();
        let config = decide(&["--config", path.to_str().unwrap()]).unwrap();
        let (directory, max_lag) = (Some("x".into()), Duration::from_secs(5));
        let expected = audit::Settings { directory, retention_days: 7, refuse_reads: true, max_lag };
        assert_eq!(config.audit, expected);
        std::fs::write(&path, "[audit]\nfiles = false\n").unwrap();
        let config = decide(&["--config", path.to_str().unwrap()]).unwrap();
        assert_eq!((config.audit.directory, config.audit.refuse_reads), (None, false));
        std::fs::write(&path, "lisetn = \"127.0.0.1:1\"\n").unwrap();
        let error = decide(&["--config", path.to_str().unwrap()]).unwrap_err().to_string();
        assert!(error.contains("lisetn"), "{error}");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
