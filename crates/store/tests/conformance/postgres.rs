use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, UNIX_EPOCH},
};

use jiff::{SignedDuration, Timestamp};
use store::{Access, Changes, Entity, Location, Store, StoreError, node, setting, user};
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::fixture::{Bench, eventually, soon};

/// A PostgreSQL cluster to test on: one that is there, or one that goes away with this value.
pub(crate) struct Cluster {
    url: String,
    own: Option<Own>,
}

struct Own {
    server: Child,
    port: u16,
    directory: TempDir,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        match std::env::var("PORTCULLIS_TEST_POSTGRES") {
            Ok(url) => Self { url, own: None },
            Err(_) => Self::make(),
        }
    }

    fn make() -> Self {
        let binaries = binaries();
        let directory = tempfile::tempdir().unwrap();
        let user = database_user();
        if let Some((uid, gid)) = user {
            chown(directory.path(), Some(uid), Some(gid)).unwrap();
        }
        let data = directory.path().join("data");
        // A collation that differs from bytewise order, so that statements which forget it are found out.
        let made = as_user(user, &binaries.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"])
            .args(["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        Self::serve(directory)
    }

    /// A standby of this cluster.
    fn standby(&self) -> Self {
        let own = self.own.as_ref().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let user = database_user();
        if let Some((uid, gid)) = user {
            chown(directory.path(), Some(uid), Some(gid)).unwrap();
        }
        let copied = as_user(user, &binaries().join("pg_basebackup"))
            .args(["-h", "127.0.0.1", "-p", &own.port.to_string(), "-U", "postgres", "-R", "--no-sync"])
            .args(["--checkpoint=fast", "-D"])
            .arg(directory.path().join("data"))
            .output()
            .unwrap();
        assert!(copied.status.success(), "pg_basebackup: {}", String::from_utf8_lossy(&copied.stderr));
        Self::serve(directory)
    }

    /// Serves what is in the directory's `data`.
    fn serve(directory: TempDir) -> Self {
        let (binaries, user) = (binaries(), database_user());
        let log = fs::File::create(directory.path().join("log")).unwrap();
        let port = free_port();
        certify(directory.path(), user);
        let server = as_user(user, &binaries.join("postgres"))
            .arg("-D")
            .arg(directory.path().join("data"))
            .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={port}")])
            .args(["-c", "fsync=off", "-c", "max_connections=200", "-c", "ssl=on"])
            .args(["-c", &format!("ssl_cert_file={}", directory.path().join("cert.pem").display())])
            .args(["-c", &format!("ssl_key_file={}", directory.path().join("key.pem").display())])
            .args(["-c", &format!("unix_socket_directories={}", directory.path().display())])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let url = format!("postgres://postgres@/postgres?host={}&port={port}", directory.path().display());
        let log = directory.path().join("log");
        let cluster = Self { url, own: Some(Own { server, port, directory }) };
        cluster.wait_until_ready(&binaries, &log);
        cluster
    }

    fn wait_until_ready(&self, binaries: &Path, log: &Path) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let ready = Command::new(binaries.join("pg_isready")).args(["-q", "-d", &self.url]).status();
            if ready.is_ok_and(|status| status.success()) {
                return;
            }
            assert!(Instant::now() < deadline, "{}", fs::read_to_string(log).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs statements outside of any store; gives the number of rows in their answers.
    pub(crate) async fn run(&self, sql: &str) -> usize {
        run(&self.url, sql).await
    }

    /// Cancels what waits for a standby; gives the number of waits.
    async fn cancel_waits(&self) -> usize {
        self.run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").await
    }

    /// An empty database.
    pub(crate) async fn database(&self, number: u64) -> Location {
        let name = format!("portcullis_test_{}_{number}", std::process::id());
        self.run(&format!("DROP DATABASE IF EXISTS {name};CREATE DATABASE {name}")).await;
        let (server, parameters) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let (server, _) = server.rsplit_once('/').unwrap();
        Location::Postgres(format!("{server}/{name}?{parameters}"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(own) = &mut self.own {
            // At once, but leaving no shared memory behind as a kill would.
            let server = rustix::process::Pid::from_child(&own.server);
            let _ = rustix::process::kill_process(server, rustix::process::Signal::QUIT);
            let _ = own.server.wait();
        }
    }
}

async fn run(url: &str, sql: &str) -> usize {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let mut rows = 0;
    for statement in sql.split(';') {
        let answer = client.simple_query(statement).await.unwrap();
        rows += answer.iter().filter(|message| matches!(message, SimpleQueryMessage::Row(_))).count();
    }
    drop(client);
    driver.await.unwrap().unwrap();
    rows
}

/// A certificate for `localhost` in `cert.pem` with its key, signed by itself.
fn certify(directory: &Path, user: Option<(u32, u32)>) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(directory.join("cert.pem"), certified.cert.pem()).unwrap();
    let key = directory.join("key.pem");
    fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    if let Some((uid, gid)) = user {
        chown(&key, Some(uid), Some(gid)).unwrap();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .map(|version| version.path().join("bin"))
        .filter(|binaries| binaries.join("initdb").exists())
        .max();
    newest.expect(
        "PostgreSQL is needed for this test: install Debian's `postgresql` package, or set \
         PORTCULLIS_TEST_POSTGRES to the URL of a server",
    )
}

/// The user to run the server as: PostgreSQL refuses to run as root.
fn database_user() -> Option<(u32, u32)> {
    let id = |flag: &str, user: Option<&str>| -> Option<u32> {
        let output = Command::new("id").arg(flag).args(user).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id("-u", None) != Some(0) {
        return None;
    }
    let user = Some("postgres");
    Some((id("-u", user).expect("a user `postgres`"), id("-g", user).expect("a group `postgres`")))
}

fn as_user(user: Option<(u32, u32)>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if let Some((uid, gid)) = user {
        command.args([&format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups"]);
    }
    // When the test is killed the server goes with it.
    command.args(["--pdeathsig", "QUIT", "--"]).arg(program).env("LC_ALL", "C.UTF-8").current_dir("/");
    command
}

pub(crate) async fn a_lost_connection_is_replaced(cluster: &Cluster) {
    let bench = Bench::open(cluster.database(900).await).await;
    let mut tx = bench.store.write().await.unwrap();
    setting::put(&mut tx, "a", "1").await.unwrap();
    cluster
        .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'portcullis'")
        .await;
    let error = setting::put(&mut tx, "b", "1").await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { indeterminate: false, .. }), "{error:?}");
    assert_eq!(tx.commit().await, Err(StoreError::Aborted));
    // Every other connection of the pool is gone too; none of them may be handed out as if it were good for long.
    eventually(async || bench.store.ping().await.is_ok()).await;
    bench.write(async |tx| setting::put(tx, "c", "1").await).await;
    assert_eq!(bench.read(async |tx| setting::find(tx, "a").await).await, None);
}

/// Ids of transactions do not say in which order they commit: a follower must not go by them.
pub(crate) async fn a_transaction_that_commits_late_is_not_missed(cluster: &Cluster) {
    let bench = Bench::open(cluster.database(902).await).await;
    let mut follower = bench.store.follow().unwrap();
    assert_eq!(follower.look().await, Ok(Changes::All));
    let (early, late) = (bench.user("early", "/"), bench.user("late", "/"));
    let mut slow = bench.store.write().await.unwrap();
    user::insert(&mut slow, &late).await.unwrap();
    for round in 0..3 {
        let mut tx = bench.store.write().await.unwrap();
        let mut user = early.clone();
        user.id = crate::fixture::id(domain::IdKind::User);
        user.name = domain::UserName::parse(&format!("early-{round}")).unwrap();
        user::insert(&mut tx, &user).await.unwrap();
        tx.commit().await.unwrap();
        let told = Changes::These(vec![Entity::user_name(bench.account, &user.name.key())]);
        assert_eq!(follower.look().await, Ok(told), "not held up by the slow one, nor told twice");
    }
    slow.commit().await.unwrap();
    let told = Changes::These(vec![Entity::user_name(bench.account, &late.name.key())]);
    assert_eq!(follower.look().await, Ok(told));
    assert_eq!(follower.look().await, Ok(Changes::These(vec![])));
}

pub(crate) async fn nodes_wake_each_other(cluster: &Cluster) {
    let location = cluster.database(903).await;
    let (a, b) = (Bench::open(location.clone()).await, Bench::open(location).await);
    let (mut of_a, mut of_b) = (a.store.follow().unwrap(), b.store.follow().unwrap());
    of_a.look().await.unwrap();
    of_b.look().await.unwrap();
    let user = a.user("Alice", "/");
    a.write(async |tx| user::insert(tx, &user).await).await;
    let long = Duration::from_hours(1);
    soon(of_a.wait(long)).await;
    of_a.look().await.unwrap();
    soon(of_b.wait(long)).await;
    assert_eq!(of_b.look().await, Ok(Changes::These(vec![Entity::user_name(a.account, &user.name.key())])));
}

/// The primary dies and a standby, named first in the URL and passed over until then, takes its place. Whoever follows the
/// log must not compare positions of one with those of the other.
pub(crate) async fn a_promoted_standby_takes_over() {
    if std::env::var("PORTCULLIS_TEST_POSTGRES").is_ok() {
        println!("not run: a server that others use is not stopped");
        return;
    }
    let primary = Cluster::make();
    let standby = primary.standby();
    let port = |cluster: &Cluster| cluster.own.as_ref().unwrap().port;
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", port(&standby), port(&primary));
    let location = Location::Postgres(format!("postgres://postgres@{hosts}/postgres"));
    let bench = soon(Bench::open(location)).await;
    let mut follower = bench.store.follow().unwrap();
    assert_eq!(soon(follower.look()).await, Ok(Changes::All));
    let alice = bench.user("Alice", "/");
    bench.write(async |tx| user::insert(tx, &alice).await).await;
    assert_eq!(
        follower.look().await,
        Ok(Changes::These(vec![Entity::user_name(bench.account, &alice.name.key())]))
    );
    let replayed = "SELECT 1 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()";
    eventually(async || primary.run(replayed).await == 1).await;

    drop(primary);
    let failed = soon(follower.look()).await.unwrap_err();
    assert!(failed.is_unavailable(), "{failed:?}");
    let refused = soon(bench.store.write()).await.err().unwrap();
    assert!(refused.is_unavailable() && bench.store.out_of_reach().is_some(), "{refused:?}");
    standby.run("SELECT pg_promote()").await;
    eventually(async || follower.look().await == Ok(Changes::All)).await;
    assert!(bench.store.out_of_reach().is_some(), "not before memory knows");
    follower.caught_up();
    assert_eq!(bench.store.out_of_reach(), None);
    let bob = bench.user("Bob", "/");
    bench.write(async |tx| user::insert(tx, &bob).await).await;
    assert_eq!(
        follower.look().await,
        Ok(Changes::These(vec![Entity::user_name(bench.account, &bob.name.key())]))
    );
    assert!(bench.read(async |tx| user::find(tx, bench.account, &alice.id).await).await.is_some());
}

pub(crate) async fn older_nodes_are_found_while_they_live(cluster: &Cluster) {
    let bench = Bench::open(cluster.database(904).await).await;
    let since_epoch = UNIX_EPOCH.elapsed().unwrap();
    let now = Timestamp::from_second(since_epoch.as_secs().cast_signed()).unwrap();
    let node = |id: &str, seen_at| node::Node {
        id: id.into(),
        name: "old-timer".into(),
        program_version: "0.0.1".into(),
        schema_version: 1,
        started_at: seen_at,
        seen_at,
    };
    let find = async || bench.read(async |tx| node::find_older(tx, 2).await).await;
    bench.write(async |tx| node::put(tx, &node("dead", now - SignedDuration::from_mins(5))).await).await;
    assert_eq!(find().await, None);
    bench.write(async |tx| node::put(tx, &node("alive", now)).await).await;
    assert_eq!(find().await, Some(("old-timer".into(), "0.0.1".into())));
    assert_eq!(bench.read(async |tx| node::find_older(tx, 1).await).await, None, "it knows that one");
}

/// The first host of the URL takes connections and then says nothing, as a machine that hangs does.
pub(crate) async fn a_host_that_does_not_answer_is_passed_over(cluster: &Cluster) {
    let Some(Own { port, .. }) = &cluster.own else { return };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let hosts = format!("127.0.0.1:{},127.0.0.1:{port}", silent.local_addr().unwrap().port());
    let location = Location::Postgres(format!("postgres://postgres@{hosts}/postgres"));
    let store = soon(Store::open(&location, Access::Server)).await.unwrap();
    soon(store.ping()).await.unwrap();
    let mut follower = store.follow().unwrap();
    assert_eq!(soon(follower.look()).await, Ok(Changes::All));
}

/// Needs a cluster of its own, whose certificate it knows.
pub(crate) async fn certificates_are_checked(cluster: &Cluster) {
    const ENCRYPTED: &str =
        "SELECT CAST(ssl AS TEXT) AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let Some(Own { port, directory, .. }) = &cluster.own else { return };
    let other = tempfile::tempdir().unwrap();
    certify(other.path(), None);
    let open = async |host: &str, roots: &Path| {
        let roots = roots.join("cert.pem");
        let url = format!(
            "postgres://postgres@{host}:{port}/postgres?sslmode=require&sslrootcert={}",
            roots.display()
        );
        Store::open(&Location::Postgres(url), Access::Server).await
    };
    let store = open("localhost", directory.path()).await.unwrap();
    let row = store.read().find(ENCRYPTED, &[]).await.unwrap().unwrap();
    assert_eq!(row.text("encrypted"), Ok("true"));
    for (host, roots) in [("localhost", other.path()), ("127.0.0.1", directory.path())] {
        let refused = open(host, roots).await.err().unwrap();
        assert!(refused.is_unavailable(), "{host}: {refused:?}");
        assert!(refused.to_string().contains("certificate"), "{host}: {refused}");
    }
}

/// Runs last: it changes the cluster. Needs a cluster of its own.
pub(crate) async fn a_commit_that_may_be_lost_is_not_a_success(cluster: &Cluster) {
    if cluster.own.is_none() {
        println!("not run: a server that others use is not reconfigured");
        return;
    }
    let location = cluster.database(901).await;
    let store = Store::open(&location, Access::Server).await.unwrap();
    // Commits wait for a standby that never comes, from when the server has taken notice.
    cluster.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody';SELECT pg_reload_conf()").await;
    let mut probes = 0;
    let mut probe = tokio::spawn(async {});
    soon(async {
        while cluster.cancel_waits().await == 0 {
            if probe.is_finished() {
                probes += 1;
                let (url, sql) = (cluster.url.clone(), format!("CREATE TABLE probe_{probes} ()"));
                probe = tokio::spawn(async move {
                    run(&url, &sql).await;
                });
            }
        }
    })
    .await;
    probe.await.unwrap();

    let writer = tokio::spawn(async move {
        let mut tx = store.write().await?;
        setting::put(&mut tx, "a", "1").await?;
        tx.commit().await
    });
    // What an operator or a timeout may do to the wait: the server then reports success, with a warning.
    eventually(async || cluster.cancel_waits().await > 0).await;
    let outcome = soon(writer).await.unwrap();
    assert!(outcome.as_ref().is_err_and(StoreError::is_indeterminate), "{outcome:?}");
}
