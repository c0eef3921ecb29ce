use std::{
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use actix_codec::Framed;
use actix_http::{HttpService, KeepAlive, Request, h1};
use actix_server::{Server, ServerHandle};
use actix_service::{IntoServiceFactory, apply_fn_factory, fn_service, map_config};
use actix_web::{
    App, HttpServer,
    dev::AppConfig,
    middleware::Compress,
    web::{self, Data, ServiceConfig},
};
use campanile_control::{Incarnation, Store, StoreError};
use campanile_protocol::CloseCode;
use campanile_realtime::{InProcess, Node};
use campanile_transport::{
    Detachable, Entrance, Homes, Sessions, Sockets, TrustedProxies, WebSocketUpgrade, accept,
    http as transports,
};
use campanile_webhooks::{StartError, WebhookConfig, Webhooks};
use futures_util::future::Either;
use socket2::{Domain, Socket, Type};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::{sync::watch, time::timeout};

use crate::{
    admission::DirectoryAdmission,
    answers::Answers,
    api::{self, hot::Triggers},
    dashboard,
    directory::Directory,
    drain::Drain,
    http, key_upkeep,
    mail::{Courier, MailSettings},
    management::{self, Installation, Management, ManagementSettings},
    observer::{self, InboxObserver},
    operations::{self, Operations, WorkerMeters},
    timeline,
    traces::{TraceError, TraceSettings, Traces},
    usage::Books,
};

/// What the platform runs on, and how.
pub struct Platform {
    /// Where clients, app servers and browsers connect; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where health and metrics are told.
    pub internal_listen: SocketAddr,
    /// Threads that serve connections.
    pub workers: usize,
    /// Whose word about a client's address counts.
    pub trusted_proxies: TrustedProxies,
    /// Whether the services are offered that suites of protocol tests ask of a server.
    pub conformance_echo: bool,
    /// Whether browsers reach the dashboard over HTTPS.
    pub secure_cookies: bool,
    /// Where people reach us, for links in mails; the public address when absent.
    pub public_url: Option<String>,
    /// Where mails go; to the log when absent.
    pub mail: Option<MailSettings>,
    /// Where traces go; nowhere when absent.
    pub traces: Option<TraceSettings>,
    /// How long open requests and connections may take to end.
    pub shutdown_grace: Duration,
    /// Where webhooks may go, and how they behave.
    pub webhooks: WebhookConfig,
    /// The control plane's memory, migrated.
    pub store: Store,
}

/// Why the platform did not start.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The store failed.
    #[error("the database did not answer")]
    Store(#[from] StoreError),
    /// Webhooks could not start.
    #[error("webhooks could not start")]
    Webhooks(#[from] StartError),
    /// The mail server's URL is of no use.
    #[error("mails cannot be sent")]
    Mail(#[from] lettre::transport::smtp::Error),
    /// Traces were asked for and cannot be.
    #[error("there can be no traces")]
    Traces(#[from] TraceError),
    /// The HTTP server failed.
    #[error("the server failed")]
    Server(#[from] io::Error),
}

/// A platform that serves.
pub struct Running {
    /// The public address.
    pub address: SocketAddr,
    /// The internal address.
    pub internal_address: SocketAddr,
    node: Arc<Node>,
    webhooks: Webhooks,
    books: Books,
    sockets: Sockets,
    homes: Homes,
    traces: Traces,
    stopping: watch::Sender<bool>,
    grace: Duration,
    public: ServerHandle,
    internal: ServerHandle,
}

/// Idle HTTP connections stay open this long: longer than the minute that clients' pools keep them.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a client may take to send a request's headers.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const BACKLOG: i32 = 4096;
/// What the kernel keeps of one connection beside what is on its way to the peer.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 128 * 1024;
/// HTTP connections one worker serves at once, sockets excepted; beyond it, new ones wait in the backlog.
const CONNECTIONS_PER_WORKER: usize = 25_000;
const DRAIN_POLL: Duration = Duration::from_millis(20);
/// How long requests under way may still take when everything else has ended.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Starts the platform; it serves when this returns.
pub async fn start(platform: Platform) -> Result<Running, ServeError> {
    let Platform { store, workers, trusted_proxies, .. } = platform;
    if platform.conformance_echo {
        tracing::warn!("conformance_echo is on: it is for suites of protocol tests, not for the public");
    }
    let started_at = SystemTime::now();
    let public = listen(platform.listen)?;
    let internal = listen(platform.internal_listen)?;
    let (address, internal_address) = (public.local_addr()?, internal.local_addr()?);
    let (stopping, is_stopping) = watch::channel(false);

    let incarnation = Incarnation::begin(&store).await?;
    let (targets, incarnation_id) = (platform.webhooks.policy, incarnation.id());
    let webhooks = Webhooks::start(store.clone(), incarnation, &platform.webhooks)?;
    let observer = Arc::new(InboxObserver(webhooks.inbox()));
    let node = Node::new(workers, observer, InProcess::new);
    let books = Books::open(store.clone(), node.clone(), webhooks.meter(), incarnation_id).await?;
    observer::show_attempts(&webhooks, &node);
    let traces = Traces::start(platform.traces, incarnation_id)?;
    if let Some(attempts) = traces.attempts() {
        webhooks.follow(attempts);
    }
    let directory = Directory::start(store.clone(), node.clone());
    tokio::spawn(key_upkeep::keep(store.clone(), node.clone(), is_stopping.clone()));

    let sends_mail = platform.mail.is_some();
    let public_url = platform.public_url.unwrap_or_else(|| format!("http://{address}"));
    let courier = Courier::new(store.clone(), platform.mail, public_url)?;
    let mails = courier.meter();
    tokio::spawn(courier.run(is_stopping.clone()));

    let drain = Drain::new(node.clone());
    tokio::spawn(drain.clone().work());
    let installation = Installation {
        node_id: incarnation_id,
        started_at: OffsetDateTime::now_utc(),
        webhooks: webhooks.meter(),
        books: books.meter(),
        drain: drain.clone(),
    };
    let settings = ManagementSettings {
        installation,
        sends_mail,
        targets,
        workbench: webhooks.workbench(),
        listeners: webhooks.listeners(),
        trusted_proxies: trusted_proxies.clone(),
        secure_cookies: platform.secure_cookies,
        stopping: is_stopping.clone(),
    };
    let management = Management::new(store.clone(), directory.clone(), node.clone(), settings);
    let (sockets, homes, meters) = (Sockets::default(), Homes::default(), WorkerMeters::default());
    let edge = Edge {
        node: node.clone(),
        directory,
        management: Data::new(management),
        sockets: sockets.clone(),
        trusted_proxies,
        conformance_echo: platform.conformance_echo,
        homes: homes.clone(),
        meters: meters.clone(),
        traces: traces.clone(),
        stopping: is_stopping.clone(),
        drain: drain.clone(),
    };
    let public = serve_public(public, workers, platform.shutdown_grace, edge)?;
    let operations = Operations {
        store,
        node: node.clone(),
        webhooks: webhooks.meter(),
        books: books.meter(),
        mails,
        workers: meters,
        sockets: sockets.clone(),
        started_at,
        stopping: is_stopping,
        drain,
    };
    let internal = serve_internal(internal, Data::new(operations))?;
    Ok(Running {
        address,
        internal_address,
        node,
        webhooks,
        books,
        sockets,
        homes,
        traces,
        stopping,
        grace: platform.shutdown_grace,
        public,
        internal,
    })
}

impl Running {
    /// Stops in order: readiness goes, clients are told to reconnect elsewhere, requests end, and
    /// what webhooks are to tell is stored.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        tracing::info!(connections = self.node.counters().connections, "stopping");
        // Nobody comes back to us from here on. The workers must live until their sockets have ended.
        self.public.pause().await;
        self.node.close_connections(None, CloseCode::Restarting);
        self.homes.close_sessions(CloseCode::Restarting);
        let deadline = Instant::now() + self.grace;
        while self.sockets.open() > 0 && Instant::now() < deadline {
            tokio::time::sleep(DRAIN_POLL).await;
        }
        // The channels' owners know by now that everyone has left, or are about to learn it.
        self.node.settle().await;
        // Before the workers end: connections to the database belong to the thread that opened them.
        self.webhooks.shutdown().await;
        self.books.balance().await;
        // Requests under way get a moment; a connection that is only kept alive does not hold us up.
        let _ = timeout(LAST_REQUESTS, self.public.stop(true)).await;
        // What the last requests have published.
        self.books.balance().await;
        self.internal.stop(false).await;
        self.traces.close().await;
        tracing::info!("stopped");
    }
}

/// What every worker serves from.
#[derive(Clone)]
struct Edge {
    node: Arc<Node>,
    directory: Arc<Directory>,
    management: Data<Management>,
    sockets: Sockets,
    trusted_proxies: TrustedProxies,
    conformance_echo: bool,
    homes: Homes,
    meters: WorkerMeters,
    traces: Traces,
    stopping: watch::Receiver<bool>,
    drain: Drain,
}

fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let bind = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        tune(&socket);
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(socket.into())
    };
    bind().map_err(|source| ServeError::Listen { address, source })
}

/// Options that accepted sockets inherit. Small frames must not wait for acknowledgements, and what a peer
/// does not read must not pile up in the kernel either, where no bound of ours sees it. A system that knows
/// them not costs latency and memory, not service.
fn tune(socket: &Socket) {
    let tuned = socket.set_tcp_nodelay(true);
    #[cfg(target_os = "linux")]
    let tuned = tuned.and(socket.set_tcp_notsent_lowat(UNSENT_BYTES));
    if let Err(error) = tuned {
        tracing::warn!(%error, "the listening socket could not be tuned");
    }
}

/// The public port: sockets are taken over at their upgrade, everything else is actix-web's.
fn serve_public(
    listener: TcpListener,
    workers: usize,
    grace: Duration,
    edge: Edge,
) -> Result<ServerHandle, ServeError> {
    let server = Server::build()
        .workers(workers)
        .max_concurrent_connections(CONNECTIONS_PER_WORKER)
        .shutdown_timeout(grace.as_secs().max(1))
        .disable_signals()
        .listen("public", listener, move || {
            let worker = edge.node.join().expect("the server starts as many workers as the node has");
            let admission = DirectoryAdmission {
                directory: edge.directory.clone(),
                stopping: edge.stopping.clone(),
                drain: edge.drain.clone(),
            };
            let (sockets, proxies) = (edge.sockets.clone(), edge.trusted_proxies.clone());
            let entrance = Rc::new(Entrance::new(worker, admission, sockets, proxies));
            let upgrade = Rc::new(WebSocketUpgrade::new(entrance.clone(), edge.conformance_echo));
            let sessions = Sessions::start(entrance, edge.homes.clone());
            let app = App::new()
                .configure(transports::routes(sessions, edge.conformance_echo))
                .app_data(Data::from(edge.directory.clone()))
                .app_data(Data::from(edge.node.clone()))
                .app_data(edge.management.clone())
                .configure(api::routes)
                .service(web::scope("").wrap(http::security_headers()).configure(pages));
            let app = map_config(app.into_factory(), |_| AppConfig::default());
            let triggers = Triggers { directory: edge.directory.clone(), node: edge.node.clone() };
            let meter = edge.meters.join();
            actix_rt::spawn(meter.clone().watch_lag());
            let answers = Answers { meter, traces: edge.traces.clone() };
            let app = apply_fn_factory(app, move |request: Request, web: &_| {
                let span = answers.begin(&request);
                match triggers.take(request) {
                    Ok(answer) => Either::Left(answers.triggered(answer, span)),
                    Err(request) => Either::Right(answers.routed(request, web, span)),
                }
            });
            let http = HttpService::build()
                .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
                .client_request_timeout(REQUEST_TIMEOUT)
                // Otherwise an aborted stream is noticed only at the second failed write.
                .h1_allow_half_closed(false)
                .on_connect_ext(|stream: &Detachable, data| {
                    data.insert(stream.grip());
                })
                .upgrade(fn_service(move |(request, framed): (Request, Framed<Detachable, h1::Codec>)| {
                    let upgrade = upgrade.clone();
                    async move {
                        upgrade.serve(&request, framed).await;
                        Ok::<_, actix_web::Error>(())
                    }
                }))
                .h1(app);
            accept(http)
        })?
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}

/// The management API and the dashboard.
fn pages(config: &mut ServiceConfig) {
    config
        .configure(management::mount)
        .configure(timeline::routes)
        .route("/app/{key}", web::get().to(http::upgrade_required))
        .service(web::scope("/app").default_service(web::to(http::not_found)))
        .service(web::scope("").wrap(Compress::default()).default_service(web::get().to(dashboard::serve)));
}

fn serve_internal(listener: TcpListener, operations: Data<Operations>) -> Result<ServerHandle, ServeError> {
    let server =
        HttpServer::new(move || App::new().app_data(operations.clone()).configure(operations::routes))
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}
