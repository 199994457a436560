//! JSON Schema of the types whose JSON form differs from their Rust form.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::cell::Hash;
use crate::schedule::Weekdays;
use crate::viewer::Rotation;

impl PartialSchema for Hash {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).pattern(Some("^[0-9a-f]{64}$")).into()
    }
}

impl PartialSchema for Rotation {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).enum_values(Some([0, 90, 180, 270])).into()
    }
}

impl PartialSchema for Weekdays {
    fn schema() -> RefOr<Schema> {
        let day = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .enum_values(Some(["mo", "tu", "we", "th", "fr", "sa", "su"]));
        ArrayBuilder::new().items(RefOr::T(Schema::Object(day.build()))).into()
    }
}

macro_rules! named {
    ($($type:ty = $name:literal)*) => {$(
        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )*};
}

named! { Hash = "Hash" Rotation = "Rotation" Weekdays = "Weekdays" }
