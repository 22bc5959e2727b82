//! Any body, for any operation of the JSON services: read or refused, and typed when nothing is wrong with it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shapes::round_trip::{Side, go};
use wire::{Protocol, RequestParts, ResponseFormat};

fuzz_target!(|data: (u16, &str, &str, &[u8])| {
    let (choice, query, header, body) = data;
    let operations: Vec<_> = shapes::SERVICES
        .iter()
        .filter(|service| service.protocol != Protocol::Query)
        .flat_map(|service| service.operations.iter().map(move |operation| (service, operation)))
        .collect();
    let (service, operation) = operations[usize::from(choice) % operations.len()];
    let path = operation.uri.split('?').next().unwrap_or_default();
    let lookup = |_: &str| Some(header);
    let request = RequestParts { method: operation.method, path, query, header: &lookup, body };
    match wire::decode_input(operation, service, &request) {
        Ok(node) => match wire::violations(operation.input, &node) {
            Some(message) => {
                let code = service.protocol.validation_code();
                let error = wire::ErrorAnswer::new(code, message, 400, wire::Fault::Sender);
                let answer = wire::encode_error(service, &error, ResponseFormat::Xml, "request");
                assert!(std::str::from_utf8(&answer.body).is_ok());
            }
            None => {
                let typed = go(service.id, Side::Input, operation.name, node).expect("an operation");
                assert!(typed.is_ok(), "{}: {typed:?}", operation.name);
            }
        },
        Err(error) => assert_ne!(error.code(), ""),
    }
});
