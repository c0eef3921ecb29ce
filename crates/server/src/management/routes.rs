//! How a route comes to be: with its method, its path, who may use it, and what it does. There is no other
//! way into `/api/v1`, so there is no route without its right.

use actix_web::{
    FromRequest, Handler, Responder,
    http::Method,
    middleware,
    web::{self, ServiceConfig},
};

use campanile_control::TokenScope;
use serde::Serialize;

use super::{
    gate,
    rights::{Access, Right},
};
use crate::openapi::{Answer, Input, Operation};

/// One route, as the command line lists it and the tests of who may do what are made from.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Below `/api/v1`, with `{parameters}`.
    pub(crate) path: String,
    pub(crate) access: Access,
    /// What it takes and answers; what is said of it where it is registered is added here.
    pub(crate) operation: Operation,
}

/// Registers routes, each behind the gate that its access asks for.
pub(crate) struct Routes<'a> {
    config: &'a mut ServiceConfig,
    listed: Vec<Route>,
}

impl<'a> Routes<'a> {
    pub(super) fn new(config: &'a mut ServiceConfig) -> Self {
        Self { config, listed: Vec::new() }
    }

    pub(super) fn get<F, Args>(&mut self, path: &str, access: Access, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Input + 'static,
        F::Output: Responder + Answer + 'static,
    {
        self.route(Method::GET, path, access, handler)
    }

    pub(super) fn post<F, Args>(&mut self, path: &str, access: Access, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Input + 'static,
        F::Output: Responder + Answer + 'static,
    {
        self.route(Method::POST, path, access, handler)
    }

    pub(super) fn patch<F, Args>(&mut self, path: &str, access: Access, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Input + 'static,
        F::Output: Responder + Answer + 'static,
    {
        self.route(Method::PATCH, path, access, handler)
    }

    pub(super) fn delete<F, Args>(&mut self, path: &str, access: Access, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Input + 'static,
        F::Output: Responder + Answer + 'static,
    {
        self.route(Method::DELETE, path, access, handler)
    }

    fn route<F, Args>(&mut self, method: Method, path: &str, access: Access, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Input + 'static,
        F::Output: Responder + Answer + 'static,
    {
        let gate = middleware::from_fn(move |request, next| gate::pass(access, request, next));
        self.config.route(path, web::method(method.clone()).to(handler).wrap(gate));
        let operation = Operation::of::<F, Args, F::Output>();
        self.listed.push(Route { method, path: path.to_owned(), access, operation });
        &mut self.listed.last_mut().expect("just pushed").operation
    }
}

/// One route of the management API, for people and tests.
#[derive(Clone, Debug, Serialize)]
pub struct RouteDescription {
    /// `GET`, `POST` …
    pub method: String,
    /// With `{parameters}`.
    pub path: String,
    /// `anyone`; `person`, about themself; `has` for whoever has the right; `program` for a token with it;
    /// `operator` of the installation.
    pub access: &'static str,
    /// The right, where one is needed.
    pub right: Option<&'static str>,
    /// The roles that have it.
    pub roles: Vec<&'static str>,
    /// The scope that a token needs; absent when no token may.
    pub scope: Option<&'static str>,
}

/// Every route of the management API.
#[must_use]
pub fn describe() -> Vec<RouteDescription> {
    listed().into_iter().map(RouteDescription::from).collect()
}

impl From<Route> for RouteDescription {
    fn from(route: Route) -> Self {
        let (access, right) = match route.access {
            Access::Anyone => ("anyone", None),
            Access::Person => ("person", None),
            Access::Has(right) => ("has", Some(right)),
            Access::Program(right) => ("program", Some(right)),
            Access::Operator => ("operator", None),
        };
        Self {
            method: route.method.to_string(),
            path: format!("/api/v1{}", route.path),
            access,
            right: right.map(Right::as_str),
            roles: right
                .map(|right| right.roles().iter().map(|role| role.as_str()).collect())
                .unwrap_or_default(),
            scope: right.and_then(Right::scope).map(TokenScope::as_str),
        }
    }
}

/// All routes, for who wants to know of them.
pub(crate) fn listed() -> Vec<Route> {
    let mut listed = Vec::new();
    // A configuration is only to be had from a scope.
    let _ = web::scope("").configure(|config| {
        let mut routes = Routes::new(config);
        super::register(&mut routes);
        listed = routes.listed;
    });
    listed
}
