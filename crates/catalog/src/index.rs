//! Where each service's lines stand in the data, and the few lines that belong to no service.

use std::sync::OnceLock;

use crate::Source;
use crate::condition_key::ConditionKey;
use crate::name::{find, is_filled_in};
use crate::service::Service;

/// Written by `cargo xtask catalog update`; its first lines say how to read it.
pub(crate) static DATA: &str = include_str!("../data/iam-data.txt");

static INDEX: OnceLock<Index> = OnceLock::new();

#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) source: Source,
    /// In the order of their names.
    pub(crate) globals: Vec<ConditionKey>,
    /// Services in ARNs, with the services that have resource types with them.
    namespaces: Vec<(&'static str, &'static str)>,
    /// Prefixes of condition keys that are no service, with the service that has the keys.
    providers: Vec<(&'static str, &'static str)>,
    /// In the order of their prefixes.
    pub(crate) services: Vec<Service>,
}

impl Index {
    pub(crate) fn of_catalog() -> &'static Self {
        INDEX.get_or_init(|| Self::parse(DATA))
    }

    fn parse(data: &'static str) -> Self {
        let mut sections = data.split("\nservice\t");
        let mut index = Self {
            source: Source { package: "", version: "", licence: "" },
            globals: Vec::new(),
            namespaces: Vec::new(),
            providers: Vec::new(),
            services: Vec::new(),
        };
        for line in sections.next().unwrap_or_default().lines() {
            match line.split_once('\t') {
                Some(("global", columns)) => index.globals.extend(ConditionKey::parse(columns)),
                Some(("namespace", columns)) => index.namespaces.extend(columns.split_once('\t')),
                Some(("provider", columns)) => index.providers.extend(columns.split_once('\t')),
                Some(("source", columns)) => {
                    let mut columns = columns.split('\t');
                    let mut next = || columns.next().unwrap_or_default();
                    index.source = Source { package: next(), version: next(), licence: next() };
                }
                _ => {}
            }
        }
        index.services = sections.filter_map(Service::parse).collect();
        index
    }

    pub(crate) fn service(&self, prefix: &str) -> Option<&Service> {
        find(&self.services, prefix, |service| service.prefix)
    }

    /// The services that have resource types with the namespace in their ARNs, and perhaps others.
    pub(crate) fn services_in(&self, namespace: &str) -> impl Iterator<Item = &Service> {
        let listed =
            find(&self.namespaces, namespace, |(namespace, _)| namespace).map(|(_, services)| *services);
        let own = listed.is_none().then(|| self.service(namespace)).flatten();
        listed.unwrap_or_default().split(',').filter_map(|service| self.service(service)).chain(own)
    }

    pub(crate) fn is_provider(&self, prefix: &str) -> bool {
        self.providers.iter().any(|(provider, _)| is_filled_in(provider, prefix))
    }

    pub(crate) fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        let (prefix, _) = name.split_once(':')?;
        let of_service = || self.service(prefix)?.condition_key(name);
        // The name of a provider may hold colons where its template has a placeholder, so the whole name decides.
        let of_provider = || {
            let mut providers = self.providers.iter();
            providers.find_map(|(provider, service)| {
                let before = provider.split("${").next().unwrap_or(provider);
                let begins = name.get(..before.len()).is_some_and(|start| start.eq_ignore_ascii_case(before));
                begins.then(|| self.service(service)?.condition_key(name)).flatten()
            })
        };
        let global = || {
            find(&self.globals, name, |key| key.name)
                .or_else(|| self.globals.iter().find(|key| key.is_template() && key.matches(name)))
        };
        of_service().or_else(of_provider).or_else(global)
    }
}
