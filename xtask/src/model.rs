//! A service model, parsed. What the generator does not understand is an error, never left out in silence.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Result;
use crate::import::SERVICES;
use crate::json::Json;
use crate::overlay;

/// A service.
pub(crate) struct Model {
    pub(crate) id: String,
    pub(crate) metadata: Metadata,
    pub(crate) operations: Vec<Operation>,
    pub(crate) shapes: BTreeMap<String, Shape>,
}

pub(crate) struct Metadata {
    pub(crate) protocol: Protocol,
    pub(crate) api_version: String,
    pub(crate) target_prefix: Option<String>,
    pub(crate) xml_namespace: Option<String>,
    pub(crate) signing_name: String,
    pub(crate) endpoint_prefix: String,
    pub(crate) full_name: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Json10,
    Json11,
    Query,
    RestJson,
}

pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) status: u16,
    pub(crate) signed: bool,
    pub(crate) input: Option<String>,
    pub(crate) output: Option<String>,
    pub(crate) errors: Vec<String>,
    pub(crate) pagination: Option<Pagination>,
}

pub(crate) struct Pagination {
    pub(crate) input_token: String,
    pub(crate) output_token: String,
    pub(crate) limit_key: Option<String>,
    pub(crate) more_results: Option<String>,
    pub(crate) result_keys: Vec<String>,
}

pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) sensitive: bool,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}

pub(crate) enum Kind {
    Blob,
    Boolean,
    Document,
    Exception { members: Vec<Member>, code: String, status: u16, sender: bool },
    Float,
    Integer,
    List { member: String },
    Long,
    Map { key: String, value: String },
    String { pattern: Option<String>, function: Option<String>, values: Vec<String> },
    Structure { members: Vec<Member> },
    Timestamp,
    Union { members: Vec<Member> },
}

pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) wire_name: String,
    pub(crate) shape: String,
    pub(crate) required: bool,
    pub(crate) location: &'static str,
}

impl Shape {
    pub(crate) fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Exception { members, .. } | Kind::Structure { members } | Kind::Union { members } => {
                members
            }
            _ => &[],
        }
    }
}

impl Model {
    /// The shape of that name; the parser made sure that every reference has one.
    pub(crate) fn shape(&self, name: &str) -> Result<&Shape> {
        self.shapes.get(name).ok_or_else(|| format!("{}: no shape {name}", self.id).into())
    }

    pub(crate) fn exceptions(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.values().filter(|shape| matches!(shape.kind, Kind::Exception { .. }))
    }
}

/// All services with their overlays applied, by name: what every generator starts from.
pub(crate) fn load_all(models: &Path) -> Result<Vec<Model>> {
    SERVICES.iter().map(|service| load(models, service)).collect()
}

fn load(models: &Path, id: &str) -> Result<Model> {
    let mut model = Json::parse(&fs::read_to_string(models.join(format!("{id}.json")))?)?;
    let corrections = models.join(format!("{id}.overlay.json"));
    if corrections.exists() {
        overlay::apply(&mut model, &Json::parse(&fs::read_to_string(corrections)?)?)?;
    }
    parse(id, &model).map_err(|error| format!("{id}: {error}").into())
}

fn parse(id: &str, model: &Json) -> Result<Model> {
    let mut fields = Fields::of(model, "model")?;
    let metadata = metadata(fields.required("metadata")?)?;
    let pages = fields.required("pagination")?;
    let mut operations = Vec::new();
    for (name, operation) in entries(fields.required("operations")?)? {
        let parsed = operation_of(name, operation, pages.get(name));
        operations.push(parsed.map_err(|error| format!("{name}: {error}"))?);
    }
    operations.sort_by(|left, right| left.name.cmp(&right.name));
    let mut shapes = BTreeMap::new();
    for (name, shape) in entries(fields.required("shapes")?)? {
        shapes.insert(name.clone(), shape_of(name, shape).map_err(|error| format!("{name}: {error}"))?);
    }
    fields.finish()?;
    let model = Model { id: id.to_owned(), metadata, operations, shapes };
    check_references(&model)?;
    Ok(model)
}

fn metadata(json: &Json) -> Result<Metadata> {
    let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
    let required = |key: &str| text(key).ok_or_else(|| format!("no {key}"));
    let endpoint_prefix = required("endpointPrefix")?;
    Ok(Metadata {
        protocol: match (required("protocol")?.as_str(), text("jsonVersion").as_deref()) {
            ("json", Some("1.0")) => Protocol::Json10,
            ("json", Some("1.1")) => Protocol::Json11,
            ("query", _) => Protocol::Query,
            ("rest-json", _) => Protocol::RestJson,
            (other, _) => return Err(format!("protocol {other}").into()),
        },
        api_version: required("apiVersion")?,
        target_prefix: text("targetPrefix"),
        xml_namespace: text("xmlNamespace"),
        signing_name: text("signingName").unwrap_or_else(|| endpoint_prefix.clone()),
        full_name: required("serviceFullName")?,
        endpoint_prefix,
    })
}

fn operation_of(name: &str, json: &Json, pages: Option<&Json>) -> Result<Operation> {
    let mut fields = Fields::of(json, "operation")?;
    fields.ignore(&["auth", "idempotent", "name", "readonly"]);
    let http = fields.required("http")?;
    let shape = |reference: Option<&Json>| reference.map(reference_of).transpose();
    let input = shape(fields.optional("input"))?;
    let output = shape(fields.optional("output"))?;
    let errors = fields.optional("errors").and_then(Json::as_array).unwrap_or_default();
    let errors = errors.iter().map(reference_of).collect::<Result<_>>()?;
    let signed = fields.optional("authtype").and_then(Json::as_str) != Some("none");
    fields.finish()?;
    let mut http = Fields::of(http, "http")?;
    let method = http.text("method")?;
    let uri = http.text("requestUri")?;
    let status = http.number("responseCode")?.unwrap_or(200).try_into()?;
    http.finish()?;
    let pagination = pages.map(pagination).transpose()?;
    Ok(Operation { name: name.to_owned(), method, uri, status, signed, input, output, errors, pagination })
}

fn pagination(json: &Json) -> Result<Pagination> {
    let mut fields = Fields::of(json, "pagination")?;
    fields.ignore(&["non_aggregate_keys"]);
    let input_token = fields.text("input_token")?;
    let output_token = fields.text("output_token")?;
    let optional = |value: Option<&Json>| value.and_then(Json::as_str).map(str::to_owned);
    let limit_key = optional(fields.optional("limit_key"));
    let more_results = optional(fields.optional("more_results"));
    let result_keys = match fields.optional("result_key") {
        Some(Json::String(key)) => vec![key.clone()],
        Some(Json::Array(keys)) => keys.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    fields.finish()?;
    Ok(Pagination { input_token, output_token, limit_key, more_results, result_keys })
}

fn shape_of(name: &str, json: &Json) -> Result<Shape> {
    let mut fields = Fields::of(json, "shape")?;
    fields.ignore(&["box", "deprecated", "retryable"]);
    let sensitive = fields.flag("sensitive");
    let (min, max) = (fields.number("min")?, fields.number("max")?);
    let kind = match fields.text("type")?.as_str() {
        "blob" => Kind::Blob,
        "boolean" => Kind::Boolean,
        "double" | "float" => Kind::Float,
        "integer" => Kind::Integer,
        "long" => Kind::Long,
        "timestamp" => Kind::Timestamp,
        "list" => Kind::List { member: reference_of(fields.required("member")?)? },
        "map" => Kind::Map {
            key: reference_of(fields.required("key")?)?,
            value: reference_of(fields.required("value")?)?,
        },
        "string" => Kind::String {
            pattern: fields.optional("pattern").and_then(Json::as_str).map(str::to_owned),
            function: fields.optional("patternFunction").and_then(Json::as_str).map(str::to_owned),
            values: fields.texts("enum"),
        },
        "structure" => structure_of(name, &mut fields)?,
        other => return Err(format!("type {other}").into()),
    };
    fields.finish()?;
    Ok(Shape { name: name.to_owned(), kind, sensitive, min, max })
}

fn structure_of(name: &str, fields: &mut Fields<'_>) -> Result<Kind> {
    let required = fields.texts("required");
    let payload = fields.optional("payload").and_then(Json::as_str);
    let mut members = Vec::new();
    for (member, json) in entries(fields.required("members")?)? {
        let mut fields = Fields::of(json, member)?;
        fields.ignore(&["box", "deprecated", "idempotencyToken"]);
        let shape = fields.text("shape")?;
        let wire_name = fields.optional("locationName").and_then(Json::as_str).unwrap_or(member).to_owned();
        let location = match fields.optional("location").and_then(Json::as_str) {
            None if payload == Some(member) => "Payload",
            None => "Body",
            Some("header") => "Header",
            Some("querystring") => "Query",
            Some("statusCode") => "StatusCode",
            Some("uri") => "Uri",
            Some(other) => return Err(format!("location {other}").into()),
        };
        fields.finish()?;
        let required = required.contains(member);
        members.push(Member { name: member.clone(), wire_name, shape, required, location });
    }
    let is_fault = fields.flag("fault");
    let error = fields.optional("error");
    if fields.flag("exception") {
        let mut code = name.to_owned();
        let mut status = if is_fault { 500 } else { 400 };
        if let Some(error) = error {
            let mut error = Fields::of(error, "error")?;
            error.ignore(&["senderFault"]);
            code = error.optional("code").and_then(Json::as_str).map_or(code, str::to_owned);
            status = error.number("httpStatusCode")?.map_or(Ok(status), u16::try_from)?;
            error.finish()?;
        }
        return Ok(Kind::Exception { members, code, status, sender: status < 500 });
    }
    match (fields.flag("document"), fields.flag("union")) {
        (true, _) => Ok(Kind::Document),
        (_, true) => Ok(Kind::Union { members }),
        _ => Ok(Kind::Structure { members }),
    }
}

fn reference_of(json: &Json) -> Result<String> {
    let mut fields = Fields::of(json, "reference")?;
    fields.ignore(&["resultWrapper"]);
    let shape = fields.text("shape")?;
    fields.finish()?;
    Ok(shape)
}

fn entries(json: &Json) -> Result<&crate::json::Object> {
    json.as_object().ok_or_else(|| "not an object".into())
}

/// Every reference has a shape, map keys are strings, and no structure holds itself but in a list or map: the
/// generated types have no boxes.
fn check_references(model: &Model) -> Result<()> {
    for shape in model.shapes.values() {
        for name in references(shape) {
            model.shape(name)?;
        }
        let mut seen = vec![];
        let mut open = vec![shape];
        while let Some(outer) = open.pop() {
            for member in outer.members() {
                if member.shape == shape.name {
                    return Err(format!("{} holds itself", shape.name).into());
                }
                if !seen.contains(&&member.shape) {
                    seen.push(&member.shape);
                    open.push(model.shape(&member.shape)?);
                }
            }
        }
        if let Kind::Map { key, .. } = &shape.kind
            && !matches!(model.shape(key)?.kind, Kind::String { .. })
        {
            return Err(format!("keys of {} are no strings", shape.name).into());
        }
    }
    for operation in &model.operations {
        for name in operation.input.iter().chain(&operation.output).chain(&operation.errors) {
            model.shape(name)?;
        }
    }
    Ok(())
}

fn references(shape: &Shape) -> Vec<&str> {
    match &shape.kind {
        Kind::List { member } => vec![member],
        Kind::Map { key, value } => vec![key, value],
        _ => shape.members().iter().map(|member| member.shape.as_str()).collect(),
    }
}

/// The entries of an object, each of which must be asked for.
struct Fields<'a> {
    what: &'a str,
    json: &'a Json,
    left: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(json: &'a Json, what: &'a str) -> Result<Self> {
        let left = entries(json)?.iter().map(|(key, _)| key.as_str()).collect();
        Ok(Self { what, json, left })
    }

    fn ignore(&mut self, keys: &[&str]) {
        self.left.retain(|key| !keys.contains(key));
    }

    fn optional(&mut self, key: &str) -> Option<&'a Json> {
        self.ignore(&[key]);
        self.json.get(key)
    }

    fn required(&mut self, key: &str) -> Result<&'a Json> {
        self.optional(key).ok_or_else(|| format!("no {key}").into())
    }

    fn text(&mut self, key: &str) -> Result<String> {
        self.required(key)?.as_str().map(str::to_owned).ok_or_else(|| format!("{key} is no text").into())
    }

    fn texts(&mut self, key: &str) -> Vec<String> {
        let values = self.optional(key).and_then(Json::as_array).unwrap_or_default();
        values.iter().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    fn number(&mut self, key: &str) -> Result<Option<i64>> {
        match self.optional(key) {
            None => Ok(None),
            Some(Json::Number(number)) => {
                number.as_i64().map(Some).ok_or_else(|| format!("{key} is too large").into())
            }
            Some(_) => Err(format!("{key} is no number").into()),
        }
    }

    fn flag(&mut self, key: &str) -> bool {
        matches!(self.optional(key), Some(Json::Boolean(true)))
    }

    fn finish(self) -> Result<()> {
        match self.left.as_slice() {
            [] => Ok(()),
            unknown => {
                Err(format!("{} has {}, which is not understood", self.what, unknown.join(", ")).into())
            }
        }
    }
}
