//! Instance profiles, deletions of roles, settings of accounts, delegation requests and reports on accesses.

use domain::{
    AccessReport, AccessReportSubject, AccountId, AccountSettings, DelegationParameter, DelegationRequest,
    DelegationStage, IdKind, InstanceProfile, InstanceProfileName, Path, RoleDeletion, Tag, TokenVersion,
};
use store::{
    Finding, StoreError, access_report, account, account_settings,
    delegation_request::{self, Owner},
    export, instance_profile, role, role_deletion,
};

use crate::{
    fixture::{Bench, id, time},
    records::role_of,
};

pub(crate) fn profile_of(bench: &Bench, name: &str, path: &str) -> InstanceProfile {
    InstanceProfile {
        account_id: bench.account,
        id: id(IdKind::InstanceProfile),
        name: InstanceProfileName::parse(name).unwrap(),
        path: Path::parse(path).unwrap(),
        created_at: time(3),
        role: None,
        tags: vec![Tag { key: "k".into(), value: "é".into() }],
    }
}

pub(crate) fn request_of(bench: &Bench, number: u8) -> DelegationRequest {
    DelegationRequest {
        id: format!("00000000-0000-0000-0000-{number:012}"),
        requestor: bench.account,
        requestor_name: "Provider".into(),
        workflow_id: format!("workflow-{number}"),
        owner_account: None,
        owner: None,
        owner_unique_id: None,
        approver: None,
        approver_unique_id: None,
        stage: DelegationStage::Unassigned,
        stage_since: time(0),
        created_at: time(0),
        updated_at: time(0),
        description: "Reads".into(),
        message: None,
        redirect_url: None,
        notification_channel: "channel".into(),
        session_duration: 3600,
        only_send_by_owner: false,
        template_arn: "arn:aws:iam::aws:policy/ReadOnlyAccess".into(),
        parameters: vec![DelegationParameter {
            name: "name".into(),
            values: vec!["v".into()],
            is_list: false,
        }],
        policy: "{}".into(),
        notes: None,
        rejection_reason: None,
    }
}

pub(crate) async fn instance_profiles(bench: &Bench) {
    let web = role_of(bench, "web");
    let (mut front, back) = (profile_of(bench, "Front", "/x/"), profile_of(bench, "back", "/"));
    bench
        .write(async |tx| {
            role::insert(tx, &web).await?;
            instance_profile::insert(tx, &front).await?;
            instance_profile::insert(tx, &back).await
        })
        .await;
    front.role = Some(web.id.clone());
    bench.write(async |tx| instance_profile::update(tx, &front).await).await;
    bench
        .read(async |tx| {
            let name = InstanceProfileName::parse("fRONT").unwrap();
            let found = instance_profile::find_by_name(tx, bench.account, &name).await?;
            assert_eq!(found, Some(front.clone()));
            let all = instance_profile::list(tx, bench.account, "/", None, 10).await?;
            assert_eq!(all, [back.clone(), front.clone()]);
            assert_eq!(
                instance_profile::list(tx, bench.account, "/", Some("back"), 1).await?,
                [front.clone()]
            );
            assert_eq!(instance_profile::list(tx, bench.account, "/y", None, 10).await?, []);
            let with = instance_profile::list_with_role(tx, bench.account, &web.id, None, 10).await?;
            assert_eq!(with, [front.clone()]);
            let behind =
                instance_profile::list_with_role(tx, bench.account, &web.id, Some("front"), 10).await?;
            assert_eq!(behind, []);
            assert_eq!(instance_profile::count(tx, bench.account).await, Ok(2));
            let elsewhere = AccountId::parse("999999999999").unwrap();
            assert_eq!(instance_profile::find_by_name(tx, elsewhere, &name).await, Ok(None));
            Ok(())
        })
        .await;

    let mut exported = Vec::new();
    export::write(&bench.store, None, time(9), &mut exported).await.unwrap();
    let exported: serde_json::Value = serde_json::from_slice(&exported).unwrap();
    let profiles = &exported["accounts"][0]["instance_profiles"];
    assert_eq!((&profiles[0]["role"], &profiles[1]["role"]), (&serde_json::Value::Null, &"web".into()));
    let namesake = profile_of(bench, "fRoNt", "/");
    let error = bench.try_write(async |tx| instance_profile::insert(tx, &namesake).await).await.unwrap_err();
    assert_eq!(error, StoreError::Unique { table: "iam_instance_profile".into() });
    let error = bench.try_write(async |tx| role::delete(tx, bench.account, &web.id).await).await.unwrap_err();
    assert!(matches!(error, StoreError::Reference(_)), "a role in a profile stays: {error:?}");
    let stray = InstanceProfile { role: Some(id(IdKind::Role)), ..back.clone() };
    let error = bench.try_write(async |tx| instance_profile::update(tx, &stray).await).await.unwrap_err();
    assert!(matches!(error, StoreError::Reference(_)), "{error:?}");
    front.role = None;
    bench.write(async |tx| instance_profile::update(tx, &front).await).await;
    assert!(bench.write(async |tx| role::delete(tx, bench.account, &web.id).await).await);
    assert!(bench.write(async |tx| instance_profile::delete(tx, bench.account, &front.id).await).await);
    assert!(!bench.write(async |tx| instance_profile::delete(tx, bench.account, &front.id).await).await);
    let error = bench.try_write(async |tx| instance_profile::update(tx, &front).await).await.unwrap_err();
    assert_eq!(error, StoreError::NotFound { kind: "instance profile" });
}

pub(crate) async fn role_deletions(bench: &Bench) {
    let deletion = |task: &str, at: i64, failure: Option<&str>| RoleDeletion {
        account_id: bench.account,
        task_id: format!("task/{task}"),
        requested_at: time(at),
        failure: failure.map(Into::into),
    };
    let (old, new) = (deletion("old", 1, None), deletion("new", 5, Some("in use")));
    bench
        .write(async |tx| {
            role_deletion::insert(tx, &old).await?;
            role_deletion::insert(tx, &new).await
        })
        .await;
    let find =
        async |task: &str| bench.read(async |tx| role_deletion::find(tx, bench.account, task).await).await;
    assert_eq!(find("task/old").await, Some(old));
    bench.write(async |tx| role_deletion::delete_before(tx, bench.account, time(5)).await).await;
    assert_eq!((find("task/old").await, find("task/new").await), (None, Some(new)));
    for at in [8, 6, 7] {
        let newer = deletion(&at.to_string(), at, None);
        bench.write(async |tx| role_deletion::insert(tx, &newer).await).await;
    }
    bench.write(async |tx| role_deletion::delete_all_but(tx, bench.account, 2).await).await;
    for (task, is_kept) in [("task/new", false), ("task/6", false), ("task/7", true), ("task/8", true)] {
        assert_eq!(find(task).await.is_some(), is_kept, "{task}");
    }
}

pub(crate) async fn settings_of_accounts(bench: &Bench) {
    let get = async || bench.read(async |tx| account_settings::get(tx, bench.account).await).await;
    assert_eq!(get().await, AccountSettings::default());
    let mut settings = AccountSettings {
        global_endpoint_token_version: TokenVersion::V1,
        outbound_issuer: Some("issuer".into()),
        ..AccountSettings::default()
    };
    for role_manager in [true, false] {
        settings.role_manager = role_manager;
        bench.write(async |tx| account_settings::put(tx, bench.account, &settings).await).await;
        assert_eq!(get().await, settings);
    }
    let stranger = AccountId::parse("999999999999").unwrap();
    let error =
        bench.try_write(async |tx| account_settings::put(tx, stranger, &settings).await).await.unwrap_err();
    assert!(matches!(error, StoreError::Reference(_)), "{error:?}");
}

pub(crate) async fn delegation_requests(bench: &Bench) {
    let (mut one, mut two, three) = (request_of(bench, 1), request_of(bench, 2), request_of(bench, 3));
    let owner = AccountId::parse("222222222222").unwrap();
    bench
        .write(async |tx| {
            for request in [&one, &two, &three] {
                delegation_request::insert(tx, request).await?;
            }
            Ok(())
        })
        .await;
    let same = DelegationRequest { id: "another".into(), ..one.clone() };
    let error = bench.try_write(async |tx| delegation_request::insert(tx, &same).await).await.unwrap_err();
    assert_eq!(error, StoreError::Unique { table: "iam_delegation_request".into() });
    one.associate(owner, "alice".into(), "A".into(), time(10)).unwrap();
    two.associate(owner, "bob".into(), "B".into(), time(10)).unwrap();
    bench
        .write(async |tx| {
            delegation_request::update(tx, &one).await?;
            delegation_request::update(tx, &two).await
        })
        .await;
    bench
        .read(async |tx| {
            assert_eq!(delegation_request::find(tx, &one.id).await, Ok(Some(one.clone())));
            assert_eq!(delegation_request::find(tx, "none").await, Ok(None));
            assert_eq!(delegation_request::has_workflow(tx, bench.account, "workflow-3").await, Ok(true));
            assert_eq!(delegation_request::has_workflow(tx, owner, "workflow-3").await, Ok(false));
            let all = delegation_request::list_owned(tx, owner, Owner::Anyone, None, 10).await?;
            assert_eq!(all, [one.clone(), two.clone()]);
            for bob in [Owner::Arn("bob"), Owner::UniqueId("B")] {
                assert_eq!(delegation_request::list_owned(tx, owner, bob, None, 10).await?, [two.clone()]);
            }
            for nobody in [Owner::Arn("B"), Owner::UniqueId("bob")] {
                assert_eq!(delegation_request::list_owned(tx, owner, nobody, None, 10).await?, []);
            }
            let behind = delegation_request::list_owned(tx, owner, Owner::Anyone, Some(&one.id), 10).await?;
            assert_eq!(behind, [two.clone()]);
            assert_eq!(delegation_request::count(tx, bench.account).await, Ok(3));
            Ok(())
        })
        .await;
    // The untaken one expires after a day, the others after a week.
    bench.write(async |tx| delegation_request::delete_expired(tx, bench.account, time(86_401)).await).await;
    assert_eq!(bench.read(async |tx| delegation_request::find(tx, &three.id).await).await, None);
    assert_eq!(bench.read(async |tx| delegation_request::count(tx, bench.account).await).await, 2);
    let error = bench.try_write(async |tx| delegation_request::update(tx, &three).await).await.unwrap_err();
    assert_eq!(error, StoreError::NotFound { kind: "delegation request" });
}

pub(crate) async fn check_compares_columns_with_documents(bench: &Bench) {
    const BROKEN: [&str; 4] = [
        "UPDATE iam_instance_profile SET path = '/other/'",
        "UPDATE iam_role_deletion SET requested_at = 1",
        "UPDATE iam_account_settings SET doc = '{'",
        "UPDATE iam_delegation_request SET owner_unique_id = 'mallory'",
    ];
    let deletion = RoleDeletion {
        account_id: bench.account,
        task_id: "task".into(),
        requested_at: time(7),
        failure: None,
    };
    bench
        .write(async |tx| {
            instance_profile::insert(tx, &profile_of(bench, "front", "/")).await?;
            role_deletion::insert(tx, &deletion).await?;
            account_settings::put(tx, bench.account, &AccountSettings::default()).await?;
            delegation_request::insert(tx, &request_of(bench, 1)).await
        })
        .await;
    assert_eq!(bench.store.check(None).await.unwrap().findings, vec![]);
    for sql in BROKEN {
        bench.write(async |tx| tx.execute(sql, &[]).await).await;
    }
    let found = bench.store.check(None).await.unwrap().findings;
    let tables: Vec<&str> = found
        .iter()
        .map(|finding| match finding {
            Finding::Document { table, .. } => *table,
            other => panic!("{other}"),
        })
        .collect();
    let broken =
        ["iam_instance_profile", "iam_role_deletion", "iam_account_settings", "iam_delegation_request"];
    assert_eq!(tables, broken, "{found:?}");
    assert!(bench.try_write(async |tx| account::delete(tx, bench.account).await).await.is_err());
}

pub(crate) async fn access_reports(bench: &Bench) {
    let report = |asked_by: &str, number: i64| AccessReport {
        account_id: bench.account,
        job_id: format!("job-{asked_by}-{number:04}"),
        created_at: time(number),
        asked_by: asked_by.into(),
        subject: AccessReportSubject::Organization { entity_path: "o-1/r-1".into() },
    };
    bench
        .write(async |tx| {
            for number in 0..300 {
                access_report::insert(tx, &report("ann", number)).await?;
            }
            for number in 0..3 {
                access_report::insert(tx, &report("bob", number)).await?;
            }
            Ok(())
        })
        .await;
    let is_there = async |asked_by: &str, number| {
        let wanted = report(asked_by, number);
        let found =
            access_report::find(&mut bench.store.read(), bench.account, &wanted.job_id).await.unwrap();
        found.is_some_and(|found| found == wanted)
    };
    // The oldest first, and not all at once.
    let old = bench.write(async |tx| access_report::delete_before(tx, bench.account, time(150)).await).await;
    assert_eq!(old, 100);
    assert!(!is_there("ann", 96).await && !is_there("bob", 2).await && is_there("ann", 97).await);
    let keep = async |asked_by: &'static str, most| {
        bench.write(async |tx| access_report::keep_latest(tx, bench.account, asked_by, most).await).await
    };
    assert_eq!(keep("ann", 203).await, 0);
    assert_eq!(keep("ann", 202).await, 1);
    assert!(!is_there("ann", 97).await && is_there("ann", 98).await);
    assert_eq!(keep("ann", 2).await, 200);
    assert!(is_there("ann", 298).await && is_there("ann", 299).await && !is_there("ann", 297).await);
    assert_eq!((keep("bob", 0).await, keep("nobody", 0).await), (0, 0));
}
