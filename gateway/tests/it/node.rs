//! A gateway in this process, with a data folder that can outlive it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gatehouse_gateway::{BoundGateway, DEFAULTS, ROLE, Settings};
use gatehouse_runtime::settings::Environment;
use gatehouse_runtime::{Clock, Supervisor};
use gatehouse_snapshot::object::Object;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::control_plane::ControlPlane;
use crate::http::{self, PATIENCE, Reply, until};
use crate::objects::good_key;

/// A control plane, a gateway that follows it, and what both run on.
pub(crate) struct World {
    pub(crate) control_plane: ControlPlane,
    pub(crate) node: Node,
    pub(crate) folder: Arc<TempDir>,
    control_tasks: Supervisor,
    runtime: Arc<Runtime>,
}

/// One run of a gateway.
pub(crate) struct Node {
    pub(crate) gateway: SocketAddr,
    pub(crate) status: SocketAddr,
    tasks: Supervisor,
    runtime: Arc<Runtime>,
}

/// How a gateway is to be started.
pub(crate) struct Start<'a> {
    pub(crate) variables: &'a [(&'a str, &'a str)],
    pub(crate) clock: Clock,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self {
            variables: &[],
            clock: Clock::system(),
        }
    }
}

impl World {
    /// A gateway that runs this configuration.
    pub(crate) fn with(objects: &[Object]) -> Self {
        Self::start(objects, &Start::default())
    }

    pub(crate) fn start(objects: &[Object], start: &Start<'_>) -> Self {
        let world = Self::unconfigured(start);
        world.control_plane.upsert(objects);
        world.wait_for_head();
        world
    }

    /// A gateway whose control plane has nothing published yet.
    pub(crate) fn unconfigured(start: &Start<'_>) -> Self {
        let runtime = Arc::new(
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime"),
        );
        let control_tasks = Supervisor::new();
        let control_plane = {
            let _inside = runtime.enter();
            ControlPlane::start(&control_tasks)
        };
        let folder = Arc::new(TempDir::new().expect("a folder"));
        let node = Node::start(&runtime, folder.path(), control_plane.address, start);
        Self {
            control_plane,
            node,
            folder,
            control_tasks,
            runtime,
        }
    }

    /// Waits until the gateway says that it runs the newest change.
    pub(crate) fn wait_for_head(&self) {
        until("the gateway runs the newest change", || {
            let state = self.control_plane.state();
            let wanted = (state.generation, state.seq, state.state_hash.to_string());
            state
                .acks
                .last()
                .is_some_and(|ack| (ack.generation, ack.seq, ack.state_hash.clone()) == wanted)
        });
    }

    /// Publishes objects and waits until they are in force.
    pub(crate) fn put(&self, objects: &[Object]) {
        self.control_plane.upsert(objects);
        self.wait_for_head();
    }

    /// Waits until the gateway reports that it refused something; returns what it says.
    pub(crate) fn wait_for_refusal(&self) -> String {
        let mut said = None;
        until("the gateway reports a refusal", || {
            said = self.control_plane.last_ack().and_then(|ack| ack.error);
            said.is_some()
        });
        said.unwrap_or_default()
    }

    /// Starts a second gateway on a copy of the first one's folder: what a start after kill -9 finds at this moment.
    pub(crate) fn start_on_copy(&self) -> (Node, TempDir) {
        let copy = TempDir::new().expect("a folder");
        copy_folder(self.folder.path(), copy.path());
        (self.start_on(copy.path()), copy)
    }

    /// What a sudden end at this moment would leave. Calls go from slots to segments and never back, so segments are copied
    /// last: a call that moves meanwhile is in one of them at least.
    pub(crate) fn copy_as_if_cut(&self) -> TempDir {
        let copy = TempDir::new().expect("a folder");
        copy_folder(self.folder.path(), copy.path());
        for segment in std::fs::read_dir(self.folder.path().join("usage"))
            .expect("a spool")
            .map_while(Result::ok)
            .filter(|file| file.file_name().to_string_lossy().ends_with(".calls"))
        {
            let to = copy.path().join("usage").join(segment.file_name());
            std::fs::copy(segment.path(), to).expect("copied");
        }
        copy
    }

    /// Starts a further gateway on a folder.
    pub(crate) fn start_on(&self, folder: &Path) -> Node {
        let address = self.control_plane.address;
        Node::start(&self.runtime, folder, address, &Start::default())
    }

    /// The same with settings of its own.
    pub(crate) fn start_with(&self, folder: &Path, variables: &[(&str, &str)]) -> Node {
        let start = Start {
            variables,
            ..Start::default()
        };
        Node::start(&self.runtime, folder, self.control_plane.address, &start)
    }

    /// Has a new gateway take over from the one that runs, which goes on until it has finished what it has begun.
    pub(crate) fn take_over(&mut self, variables: &[(&str, &str)]) -> Node {
        // The addresses come with the sockets.
        let settings = settings_for(self.folder.path(), self.control_plane.address, variables);
        let next = Node::take_over(&self.runtime, settings);
        std::mem::replace(&mut self.node, next)
    }

    /// Ends the gateway and starts it again on the same folder.
    pub(crate) fn restart(&mut self, start: &Start<'_>) {
        self.node.stop();
        self.node = Node::start(
            &self.runtime,
            self.folder.path(),
            self.control_plane.address,
            start,
        );
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.node.get(path)
    }
}

impl Drop for World {
    /// Tasks end before the runtime they run on.
    fn drop(&mut self) {
        let end = async {
            self.node.tasks.shutdown(Duration::from_secs(5)).await;
            self.control_tasks.shutdown(Duration::from_secs(5)).await
        };
        self.runtime.block_on(end);
    }
}

impl Node {
    fn start(
        runtime: &Arc<Runtime>,
        folder: &Path,
        control_plane: SocketAddr,
        start: &Start<'_>,
    ) -> Self {
        let tasks = Supervisor::new();
        let settings = settings_for(folder, control_plane, start.variables);
        let _inside = runtime.enter();
        let bound = BoundGateway::bind(settings, start.clock.clone()).expect("the gateway starts");
        Self::run(runtime, bound, tasks)
    }

    fn take_over(runtime: &Arc<Runtime>, settings: Settings) -> Self {
        let _inside = runtime.enter();
        let bound = BoundGateway::take_over(settings, Clock::system()).expect("taken over");
        Self::run(runtime, bound, Supervisor::new())
    }

    fn run(runtime: &Arc<Runtime>, bound: BoundGateway, tasks: Supervisor) -> Self {
        let (gateway, status) = (bound.local_addr(), bound.status_addr());
        let supervisor = tasks.clone();
        tasks.spawn_essential("gateway", async move {
            bound.serve(&supervisor).await.map(drop)
        });
        Self {
            gateway,
            status,
            tasks,
            runtime: Arc::clone(runtime),
        }
    }

    /// Ends in order.
    pub(crate) fn stop(&self) {
        let outcome = self.runtime.block_on(self.tasks.shutdown(PATIENCE));
        assert!(outcome.still_running.is_empty(), "{outcome:?}");
        assert!(self.tasks.failure().is_none(), "{:?}", self.tasks.failure());
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(&self) {
        until("the gateway has ended", || {
            self.tasks.token().is_cancelled()
        });
        self.stop();
    }

    /// Does something where the gateway's tasks run.
    pub(crate) fn inside<R>(&self, act: impl FnOnce() -> R) -> R {
        let _inside = self.runtime.enter();
        act()
    }

    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub(crate) fn tasks(&self) -> &Supervisor {
        &self.tasks
    }

    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        http::call(self.gateway, method, path, headers, body)
    }

    /// A GET with the good key.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[("x-api-key", &good_key())], b"")
    }

    pub(crate) fn status_page(&self, path: &str) -> Reply {
        http::call(self.status, "GET", path, &[], b"")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.tasks.cancel();
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from)
        .expect("a folder")
        .map_while(Result::ok)
    {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else if entry.path().is_file() {
            // The socket at which a gateway hands over is not left by a sudden end: nobody listens there any more.
            match std::fs::copy(entry.path(), to) {
                // A gateway that runs renames what it has finished.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                copied => drop(copied.expect("copied")),
            }
        }
    }
}

/// The settings of a test's gateway.
pub(crate) fn settings_for(
    folder: &Path,
    control_plane: SocketAddr,
    variables: &[(&str, &str)],
) -> Settings {
    let mut all = vec![
        ("LISTEN", "127.0.0.1:0".to_owned()),
        ("STATUS_LISTEN", "127.0.0.1:0".to_owned()),
        ("DATA_DIR", folder.display().to_string()),
        ("CONTROL_PLANE", format!("http://{control_plane}")),
        ("JOIN_TOKEN", "gte_good".to_owned()),
        ("ERROR_PAGES", "https://portal.test".to_owned()),
        ("USAGE__SHIP_EVERY", "20ms".to_owned()),
        ("LISTENER__DRAIN", "1s".to_owned()),
    ];
    for (name, value) in variables {
        all.retain(|(known, _)| known != name);
        all.push((name, (*value).to_owned()));
    }
    let environment: Environment = all
        .into_iter()
        .map(|(name, value)| (format!("GATEHOUSE_GATEWAY__{name}"), value))
        .collect();
    gatehouse_runtime::settings::load(ROLE, DEFAULTS, None, &environment)
        .expect("good settings")
        .settings
}
