//! Routes of a noun together with their OpenAPI description (OpenAPI 3.1), built from what [`Exposed`] says.

use api::envelope::ErrorEnvelope;
use axum::routing::{MethodRouter, get, post};
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AllOfBuilder, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::exposed::{Exposed, sortable};
use super::{noun, trash};
use crate::app::App;

/// Statuses of the one error envelope; any call may answer with them.
const ERRORS: [(&str, &str); 13] = [
    ("400", "The request is not understood."),
    ("401", "Sign in first."),
    ("403", "The caller's roles do not allow it."),
    ("404", "There is no such thing."),
    ("409", "It stands against what is there."),
    ("412", "It was changed in the meantime."),
    ("413", "It is too long."),
    ("415", "This type of body or file cannot be taken."),
    ("422", "A member's value is not possible."),
    ("428", "If-Match is demanded."),
    ("429", "Too many requests: wait."),
    ("503", "Not possible at the moment, or not set up."),
    ("507", "The server's disk is full."),
];

fn string() -> Schema {
    Schema::Object(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build())
}

fn object_of(members: &[(&str, RefOr<Schema>)]) -> Schema {
    let object = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Object));
    let object = members.iter().fold(object, |object, (name, schema)| object.property(*name, schema.clone()).required(*name));
    Schema::Object(object.build())
}

fn reference(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

fn parameter(name: &str, place: ParameterIn, about: &str, schema: Schema) -> Parameter {
    let required = if place == ParameterIn::Path { Required::True } else { Required::False };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}

fn uuid() -> Schema {
    use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
    let format = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    Schema::Object(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).format(Some(format)).build())
}

fn integer(least: usize, most: usize) -> Schema {
    let object = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
    Schema::Object(object.minimum(Some(least)).maximum(Some(most)).build())
}

fn choice(values: Vec<String>) -> Schema {
    Schema::Object(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(values)).build())
}

fn json(schema: RefOr<Schema>) -> Content {
    Content::new(Some(schema))
}

/// The routes of one kind under `/{PATH}`.
pub fn routes<T: Exposed>() -> OpenApiRouter<App> {
    let name = <T as ToSchema>::name().into_owned();
    let (resource, list) = (format!("{name}Resource"), format!("{name}List"));
    let mut schemas: Vec<(String, RefOr<Schema>)> = vec![(name.clone(), T::schema())];
    T::schemas(&mut schemas);
    let stamped = object_of(&[("id", RefOr::T(uuid())), ("version", RefOr::T(string()))]);
    schemas.push((resource.clone(), AllOfBuilder::new().item(RefOr::T(stamped)).item(reference(&name)).into()));
    let items = Schema::Array(ArrayBuilder::new().items(reference(&resource)).build());
    let next = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null])).build();
    let members = [
        ("items", RefOr::T(items)),
        ("next", RefOr::T(Schema::Object(next))),
        ("total", RefOr::T(integer(0, u32::MAX as usize))),
    ];
    schemas.push((list.clone(), RefOr::T(object_of(&members))));

    let operation = |verb: &str, summary: String| {
        OperationBuilder::new().operation_id(Some(format!("{verb}_{}", T::SPEC.name))).summary(Some(summary)).tag(T::PATH)
    };
    let id = || parameter("id", ParameterIn::Path, "Which.", uuid());
    let if_match = || parameter("If-Match", ParameterIn::Header, "The version that the caller knows.", string());
    let key = || parameter("Idempotency-Key", ParameterIn::Header, "The request's own id.", uuid());
    let body = || {
        Some(RequestBodyBuilder::new().content("application/json", json(reference(&name))).required(Some(Required::True)).build())
    };
    let ok = |about: &str, schema: &str| {
        ResponseBuilder::new().description(about).content("application/json", json(reference(schema)))
    };

    let (mut all, mut one) = (get(noun::list::<T>), get(noun::find::<T>));
    let mut paths = Paths::new();
    let (path, path_id) = (format!("/{}", T::PATH), format!("/{}/{{id}}", T::PATH));
    let list_operation =
        list_parameters::<T>(operation("list", format!("Lists: {}.", T::ONE))).response("200", ok("One page.", &list)).build();
    add(&mut paths, &path, HttpMethod::Get, list_operation);
    let find = operation("find", format!("Finds {}.", T::ONE)).parameter(id());
    add(&mut paths, &path_id, HttpMethod::Get, find.response("200", ok("It.", &resource)).build());
    if T::CREATE {
        all = all.post(noun::create::<T>);
        let make = operation("create", format!("Makes {}.", T::ONE)).parameter(key()).request_body(body());
        add(&mut paths, &path, HttpMethod::Post, make.response("201", ok("What was made.", &resource)).build());
    }
    if T::PATCH {
        one = one.patch(noun::patch::<T>);
        let change = operation("patch", format!("Changes {}.", T::ONE)).parameter(id()).parameter(if_match()).parameter(key());
        let change = change.request_body(body()).response("200", ok("As it is now.", &resource));
        add(&mut paths, &path_id, HttpMethod::Patch, change.build());
    }
    let mut router = OpenApiRouter::new();
    if T::DELETE {
        one = one.delete(trash::discard::<T>);
        let discard = operation("discard", format!("Deletes {}; what has a trash goes there.", T::ONE)).parameter(id());
        let discard = discard.parameter(if_match()).parameter(key());
        let discard = match T::ON_SCREENS {
            true => discard.response("200", ok("Whose screens it leaves.", "TakenDown")),
            false => discard.response("204", ResponseBuilder::new().description("Done.")),
        };
        add(&mut paths, &path_id, HttpMethod::Delete, discard.build());
        if T::SPEC.cell("trashed_at").is_some() {
            let back = operation("restore", format!("Takes {} out of the trash.", T::ONE)).parameter(id()).parameter(key());
            let path = format!("{path_id}/restore");
            add(&mut paths, &path, HttpMethod::Post, back.response("200", ok("As it is now.", &resource)).build());
            router = router.route(&path, post(trash::restore::<T>));
        }
    }
    let whole: MethodRouter<App> = all;
    router.routes((schemas, paths, MethodRouter::new())).route(&path, whole).route(&path_id, one)
}

fn list_parameters<T: Exposed>(operation: OperationBuilder) -> OperationBuilder {
    let query = |name: &str, about: &str, schema: Schema| parameter(name, ParameterIn::Query, about, schema);
    let members = ["id"].into_iter().chain(sortable::<T>());
    let sorts = members.flat_map(|member| [member.to_owned(), format!("-{member}")]).collect();
    let operation = operation
        .parameter(query("limit", "Items of a page.", integer(1, super::cursor::MOST as usize)))
        .parameter(query("cursor", "Where the page begins: `next` of the page before.", string()))
        .parameter(query("sort", "Member to sort by; - for descending.", choice(sorts)))
        .parameter(query("q", "Part of the name.", string()))
        .parameter(query("trashed", "Whether to list the trash.", choice(vec!["true".to_owned(), "false".to_owned()])));
    T::FILTERS.iter().fold(operation, |operation, filter| operation.parameter(query(filter.name, filter.about, string())))
}

fn add(paths: &mut Paths, path: &str, method: HttpMethod, operation: Operation) {
    paths.add_path_operation(path, vec![method], operation);
}

/// Makes the ids of operations unique: those of handlers with the same name get their tag.
pub fn name_operations(description: &mut OpenApi) {
    for item in description.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete, &mut item.head];
        for operation in operations.into_iter().filter_map(Option::as_mut) {
            let tag = operation.tags.iter().flatten().next().map_or_else(String::new, |tag| tag.replace('-', "_"));
            if let Some(id) = operation.operation_id.as_mut().filter(|id| !id.contains('_')) {
                *id = format!("{id}_{tag}");
            }
        }
    }
}

/// Adds the error answers to every call of a description.
pub fn add_errors(description: &mut OpenApi) {
    let components = description.components.get_or_insert_default();
    components.schemas.insert("ErrorEnvelope".to_owned(), ErrorEnvelope::schema());
    let mut parts = Vec::new();
    ErrorEnvelope::schemas(&mut parts);
    components.schemas.extend(parts);
    for (status, about) in ERRORS {
        let content = json(reference("ErrorEnvelope"));
        let answer = ResponseBuilder::new().description(about).content("application/json", content).build();
        components.responses.insert(error_name(status), RefOr::T(answer));
    }
    for item in description.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete, &mut item.head];
        for operation in operations.into_iter().filter_map(Option::as_mut) {
            for (status, _) in ERRORS {
                let answer = RefOr::Ref(Ref::new(format!("#/components/responses/{}", error_name(status))));
                operation.responses.responses.entry(status.to_owned()).or_insert(answer);
            }
        }
    }
}

/// Name of an error answer among the components.
fn error_name(status: &str) -> String {
    format!("Error{status}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    #[test]
    fn every_call_has_a_name_of_its_own_a_summary_and_the_error_envelope() {
        let description: Value = serde_json::from_str(&crate::http::openapi_json()).unwrap();
        let mut names = BTreeSet::new();
        for (path, calls) in description["paths"].as_object().unwrap() {
            for (method, call) in calls.as_object().unwrap() {
                let name = call["operationId"].as_str().unwrap();
                assert!(names.insert(name.to_owned()), "{method} {path}: {name} is taken");
                assert!(call["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{method} {path}");
                assert_eq!(call["responses"]["422"]["$ref"], "#/components/responses/Error422", "{method} {path}");
            }
        }
        assert!(names.len() > 100);
    }
}
