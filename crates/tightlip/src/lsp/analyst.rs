//! The thread that analyses while the session goes on talking with the editor.
//!
//! After a change it gives a first answer for the changed file as fast as it can, waits until nobody types any more, and
//! then looks at the whole project. What a later change has overtaken is broken off.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread;
use std::time::Duration;

use tightlip_catalogue::Catalogue;
use tightlip_languages::STACK_SIZE;

use super::Event;
use super::buffers::Buffers;
use super::project::{Answer, Project, Root};
use crate::lower::{catch, quieten_panics};
use crate::output::complain;

/// Whoever has not typed for so long may want to see what the whole project says.
const QUIET: Duration = Duration::from_millis(250);

/// What there is to look at.
pub(super) struct Job {
    /// Counts up; a job with a greater number has overtaken this one.
    pub(super) number: u64,
    /// The folders of the workspace.
    pub(super) folders: Vec<PathBuf>,
    /// The open files.
    pub(super) buffers: Buffers,
    /// What has changed, on disk or in the editor.
    pub(super) changed: Vec<PathBuf>,
}

/// What the analysis has to tell.
pub(super) struct News {
    /// The job that it answers.
    pub(super) job: u64,
    /// The open files that it speaks of, as they were.
    pub(super) buffers: Buffers,
    /// Diagnostics by file.
    pub(super) answer: Answer,
    /// Whether nothing more follows unless something changes.
    pub(super) is_last: bool,
}

/// The session's end of the thread.
pub(super) struct Analyst {
    jobs: Sender<Job>,
    newest: Arc<AtomicU64>,
}

impl Analyst {
    /// Starts the thread. The error says why it cannot be.
    pub(super) fn start(events: SyncSender<Event>) -> Result<Self, String> {
        let (jobs, waiting) = mpsc::channel();
        let newest = Arc::new(AtomicU64::new(0));
        let catalogue = Catalogue::embedded("python").map_err(|error| error.to_string())?;
        let no_threads = |error: &dyn std::fmt::Display| format!("no threads can be started: {error}");
        // Code can be nested deeper than the stacks that threads have by default.
        let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_SIZE).build();
        let pool = pool.map_err(|error| no_threads(&error))?;
        let work = Work {
            events,
            newest: Arc::clone(&newest),
            catalogue: Arc::new(catalogue),
            projects: Vec::new(),
        };
        let thread = thread::Builder::new().name("analyst".into());
        let run = move || pool.install(move || work.run(&waiting));
        thread.spawn(run).map_err(|error| no_threads(&error))?;
        Ok(Self { jobs, newest })
    }

    /// Hands a job over. What is under way for earlier ones is broken off.
    pub(super) fn ask(&self, job: Job) {
        self.newest.store(job.number, Ordering::Relaxed);
        // The thread outlives the session.
        let _ = self.jobs.send(job);
    }
}

struct Work {
    events: SyncSender<Event>,
    newest: Arc<AtomicU64>,
    catalogue: Arc<Catalogue>,
    projects: Vec<(Project, Freshness)>,
}

/// Whether the whole of a project has to be looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freshness {
    Fresh,
    Stale,
}

impl Work {
    fn run(mut self, jobs: &Receiver<Job>) {
        quieten_panics();
        let Ok(mut job) = jobs.recv() else { return };
        loop {
            while let Ok(later) = jobs.try_recv() {
                job = later.after(job);
            }
            self.follow(&job);
            self.first_answers(&job);
            match jobs.recv_timeout(QUIET) {
                Ok(later) => {
                    job = later;
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.whole_answers(&job);
            match jobs.recv() {
                Ok(later) => job = later,
                Err(_) => return,
            }
        }
    }

    /// Makes the projects those of the workspace, and marks those in which something has changed.
    fn follow(&mut self, job: &Job) {
        let mut roots: Vec<Root> = job.folders.iter().cloned().map(Root::Folder).collect();
        let is_outside = |path: &&PathBuf| !job.folders.iter().any(|folder| path.starts_with(folder));
        roots.extend(job.buffers.paths().filter(is_outside).cloned().map(Root::File));
        let mut gone = Answer::new();
        self.projects.retain_mut(|(project, _)| {
            let stays = roots.contains(project.root());
            if !stays {
                gone.extend(project.nothing());
            }
            stays
        });
        roots.retain(|root| !self.projects.iter().any(|(project, _)| project.root() == root));
        let new = roots.into_iter().map(|root| Project::new(root, Arc::clone(&self.catalogue)));
        self.projects.extend(new.map(|project| (project, Freshness::Stale)));
        for path in &job.changed {
            let root = root_of(path, job);
            let changed = self.projects.iter_mut().find(|(project, _)| Some(project.root()) == root.as_ref());
            if let Some((_, freshness)) = changed {
                *freshness = Freshness::Stale;
            }
        }
        if !gone.is_empty() {
            self.tell(job, gone, false);
        }
    }

    fn first_answers(&mut self, job: &Job) {
        let mut projects = std::mem::take(&mut self.projects);
        for (project, _) in &mut projects {
            let of_project = |path: &&PathBuf| root_of(path, job).as_ref() == Some(project.root());
            let changed: Vec<PathBuf> = job.changed.iter().filter(of_project).cloned().collect();
            let answered = catch(|| {
                project.first_answer(&changed, &job.buffers, |answer| self.tell(job, answer, false))
            });
            complain_of_panic(answered);
        }
        self.projects = projects;
    }

    fn whole_answers(&mut self, job: &Job) {
        let newest = Arc::clone(&self.newest);
        let is_outdated = || newest.load(Ordering::Relaxed) != job.number;
        let mut projects = std::mem::take(&mut self.projects);
        for (project, freshness) in
            projects.iter_mut().filter(|(_, freshness)| *freshness == Freshness::Stale)
        {
            let root = project.root().clone();
            let is_foreign = |path: &Path| root_of(path, job).as_ref() != Some(&root);
            let answered = catch(|| project.whole_answer(&job.buffers, &is_foreign, &is_outdated));
            match answered {
                Ok(None) => break,
                Ok(Some(answer)) => {
                    *freshness = Freshness::Fresh;
                    self.tell(job, answer, false);
                }
                Err(words) => {
                    *freshness = Freshness::Fresh;
                    complain_of_panic(Err(words));
                }
            }
        }
        self.projects = projects;
        if !is_outdated() {
            self.tell(job, Answer::new(), true);
        }
    }

    fn tell(&self, job: &Job, answer: Answer, is_last: bool) {
        let news = News { job: job.number, buffers: job.buffers.clone(), answer, is_last };
        // Where nobody listens any more, the jobs end too.
        let _ = self.events.send(Event::News(news));
    }
}

impl Job {
    /// This job, which answers for `earlier` too.
    fn after(mut self, earlier: Job) -> Self {
        for path in earlier.changed {
            if !self.changed.contains(&path) {
                self.changed.push(path);
            }
        }
        self
    }
}

/// The root that the file at `path` belongs to: the innermost folder of the workspace, else itself if it is open.
fn root_of(path: &Path, job: &Job) -> Option<Root> {
    let folders = job.folders.iter().filter(|folder| path.starts_with(folder));
    match folders.max_by_key(|folder| folder.components().count()) {
        Some(folder) => Some(Root::Folder(folder.clone())),
        None => job.buffers.get(path).map(|_| Root::File(path.to_owned())),
    }
}

fn complain_of_panic(answered: Result<(), String>) {
    if let Err(words) = answered {
        complain(&format!("error: internal error: {words}; please report this"));
    }
}
