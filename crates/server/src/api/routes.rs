//! How a route comes to be: there is no other way, so that each is in the document.

use actix_web::{
    FromRequest, Handler, HttpResponse, Responder, Route,
    http::Method,
    web::{self, ServiceConfig},
};

use crate::openapi::{Answer, Input, Operation};

/// Registers routes.
pub(super) struct Routes<'a> {
    config: &'a mut ServiceConfig,
    listed: Vec<Listed>,
}

/// One route, as the document has it.
pub(super) struct Listed {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) operation: Operation,
}

impl<'a> Routes<'a> {
    pub(super) fn new(config: &'a mut ServiceConfig) -> Self {
        Self { config, listed: Vec::new() }
    }

    pub(super) fn get<F, Args>(&mut self, path: &str, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Input + 'static,
        F::Output: Responder + Answer + 'static,
    {
        self.route(Method::GET, web::get(), path, handler)
    }

    pub(super) fn post<F, Args>(&mut self, path: &str, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Input + 'static,
        F::Output: Responder + Answer + 'static,
    {
        self.route(Method::POST, web::post(), path, handler)
    }

    fn route<F, Args>(&mut self, method: Method, route: Route, path: &str, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Input + 'static,
        F::Output: Responder + Answer + 'static,
    {
        let refused = web::to(|| async {
            HttpResponse::MethodNotAllowed()
                .content_type("text/plain; charset=utf-8")
                .body("Method not allowed\n")
        });
        self.config.service(web::resource(path).route(route.to(handler)).default_service(refused));
        let operation = Operation::of::<F, Args, F::Output>();
        self.listed.push(Listed { method, path: path.to_owned(), operation });
        &mut self.listed.last_mut().expect("just pushed").operation
    }
}

/// What `register` registers.
pub(super) fn list(register: fn(&mut Routes<'_>)) -> Vec<Listed> {
    let mut listed = Vec::new();
    // A configuration is only to be had from a scope.
    let _ = web::scope("").configure(|config| {
        let mut routes = Routes::new(config);
        register(&mut routes);
        listed = routes.listed;
    });
    listed
}
