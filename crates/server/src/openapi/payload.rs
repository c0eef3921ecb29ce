//! What the types in a handler's signature say of it.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data, Json, Path, Query},
};
use schemars::{JsonSchema, SchemaGenerator};

use super::Operation;

/// Something that a handler takes from its request.
pub(crate) trait Input {
    fn describe(operation: &mut Operation);
}

/// What a handler answers.
pub(crate) trait Answer {
    fn describe(operation: &mut Operation);
}

impl<T: JsonSchema> Input for Json<T> {
    fn describe(operation: &mut Operation) {
        operation.takes::<T>();
    }
}

impl<T: JsonSchema> Input for Query<T> {
    fn describe(operation: &mut Operation) {
        operation.asks::<T>();
    }
}

impl<T: JsonSchema> Input for Path<T> {
    fn describe(operation: &mut Operation) {
        operation.path_parameters = Some(SchemaGenerator::subschema_for::<T>);
    }
}

/// What says nothing: the document has it from where the route is registered.
macro_rules! silent {
    ($($input:ty),*) => {
        $(impl $crate::openapi::Input for $input {
            fn describe(_: &mut $crate::openapi::Operation) {}
        })*
    };
}

pub(crate) use silent;

silent!(HttpRequest, Bytes);

impl<T: 'static> Input for Data<T> {
    fn describe(_: &mut Operation) {}
}

/// All of a handler's parameters.
macro_rules! parameters {
    ($($input:ident)*) => {
        impl<$($input: Input),*> Input for ($($input,)*) {
            fn describe(_operation: &mut Operation) {
                $($input::describe(_operation);)*
            }
        }
    };
}

parameters!();
parameters!(A);
parameters!(A B);
parameters!(A B C);
parameters!(A B C D);
parameters!(A B C D E);

impl<T: JsonSchema> Answer for Json<T> {
    fn describe(operation: &mut Operation) {
        operation.answers::<T>();
    }
}

/// Said where the route is registered.
impl Answer for HttpResponse {
    fn describe(_: &mut Operation) {}
}

impl<T: Answer, E> Answer for Result<T, E> {
    fn describe(operation: &mut Operation) {
        T::describe(operation);
    }
}
