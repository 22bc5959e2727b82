//! Every operation of every model is either built or answers `NotImplemented` by name.

use services::unimplemented::UNIMPLEMENTED;

#[test]
fn the_list_names_operations_of_the_models() {
    for (id, names) in UNIMPLEMENTED {
        let service = shapes::SERVICES.iter().find(|service| service.id == *id).unwrap();
        assert!(names.is_sorted(), "{id}");
        for name in *names {
            let operation = service.operation(name).unwrap();
            let error = services::check_built(service, operation).unwrap_err();
            assert_eq!(error.on(service.protocol), ("NotImplemented", 501));
            assert!(error.message().contains(name));
        }
    }
}
