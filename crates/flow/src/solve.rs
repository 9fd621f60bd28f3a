//! Runs functions until nothing changes any more.
//!
//! Only functions that may matter are run: those that mention a word of the catalogue or catch an exception
//! by name, what they call, and who may read what they leave behind. A function that is called and was not run
//! yet is run next, then its callers again, callees before callers: most functions are run once or twice. The
//! order is that of the files, so the result is the same every time.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tightlip_catalogue::{Catalogue, Trigger};
use tightlip_ir::{ExpressionId, ExpressionKind, Owner, Symbol};

use crate::found::{Flow, Role, Solution};
use crate::interpret::{self, Heat, Outcome, Snapshot};
use crate::program::{ClassRef, FileIndex, FunctionRef, Program};
use crate::store::{Key, Store};
use crate::summary::Summary;

/// A function that handles detail and is still changing after so many runs stays as it is.
const MOST_RUNS: u32 = 5;
/// One that handles none is only asked what kind of thing it returns.
const MOST_RUNS_WITHOUT_DETAIL: u32 = 3;
/// So many functions are looked at in any program because they mention a name that became tainted.
const FEWEST_WOKEN: usize = 250;
/// A name that more functions mention does not tell who means this one: then only files that name its class, or
/// stand beside it, are looked at.
const MOST_MENTIONS: usize = 24;

/// Finds all flows of `program`.
pub fn solve(program: &Program, catalogue: &Catalogue) -> Solution {
    let mut solver = Solver::new(program, catalogue);
    solver.add_methods();
    solver.open_what_may_matter();
    while let Some(function) = solver.next() {
        let outcome = interpret::run(&solver.snapshot, function);
        solver.merge(function, outcome);
    }
    solver.solution()
}

struct Solver<'a> {
    snapshot: Snapshot<'a>,
    outcomes: FxHashMap<FunctionRef, Outcome>,
    runs: FxHashMap<FunctionRef, u32>,
    /// Who read a place, and who asked for a summary.
    readers: FxHashMap<Key, FxHashSet<FunctionRef>>,
    callers: FxHashMap<FunctionRef, FxHashSet<FunctionRef>>,
    /// Called and not yet run: the last one called is run first, so that callees come before callers.
    called: Vec<FunctionRef>,
    /// To be run, or run again, by rank: callees before callers.
    open: BTreeSet<(u32, FunctionRef)>,
    /// How many were opened only because they mention a name that became tainted.
    woken: usize,
    /// The place in the order in which functions were first run.
    ranks: FxHashMap<FunctionRef, u32>,
    /// Roles that methods have by the base of their class.
    inherent: FxHashMap<FunctionRef, Vec<Role>>,
    /// Roles by who registers them.
    registered: FxHashMap<FunctionRef, FxHashMap<FunctionRef, Vec<Role>>>,
}

impl<'a> Solver<'a> {
    fn new(program: &'a Program, catalogue: &'a Catalogue) -> Self {
        Self {
            snapshot: Snapshot {
                program,
                catalogue,
                store: Store::default(),
                summaries: FxHashMap::default(),
                roles: FxHashMap::default(),
                relevant: FxHashSet::default(),
                heat: FxHashMap::default(),
                anything: tightlip_ir::Symbol::new("?"),
            },
            outcomes: FxHashMap::default(),
            runs: FxHashMap::default(),
            readers: FxHashMap::default(),
            callers: FxHashMap::default(),
            called: Vec::new(),
            open: BTreeSet::new(),
            woken: 0,
            ranks: FxHashMap::default(),
            inherent: FxHashMap::default(),
            registered: FxHashMap::default(),
        }
    }

    /// Methods of classes derived from a library's are handlers without being registered.
    fn add_methods(&mut self) {
        let program = self.snapshot.program;
        let catalogue = self.snapshot.catalogue;
        for (class, lineage) in program.hierarchy.classes() {
            let bases = lineage.libraries.iter().map(|path| catalogue.canonical(*path));
            let object = std::iter::once(tightlip_ir::Symbol::new("object"));
            for model in bases.chain(object).filter_map(|path| catalogue.methods.get(&path)).flatten() {
                for (name, function) in &lineage.methods {
                    if model.methods.contains(name) {
                        let span = program.function(*function).name_span;
                        let location = crate::taint::Location { file: class.file, span };
                        let role = Role::of_model(&model.handler, location);
                        self.inherent.entry(*function).or_default().push(role);
                    }
                }
            }
        }
        for (function, roles) in &self.inherent {
            self.snapshot.roles.insert(*function, roles.clone());
        }
    }

    fn open_what_may_matter(&mut self) {
        let program = self.snapshot.program;
        for trigger in &self.snapshot.catalogue.triggers {
            let matters = |function: &&FunctionRef| triggers(program, trigger, **function);
            self.snapshot.relevant.extend(program.mentioning(trigger.name).iter().filter(matters));
        }
        for function in program.functions() {
            let definition = program.function(function);
            if definition.catches || self.inherent.contains_key(&function) {
                self.snapshot.relevant.insert(function);
            }
            if definition.decorators.iter().any(|decorator| self.registers(function, *decorator)) {
                self.snapshot.relevant.insert(program.defining(function));
            }
        }
        self.open = self.snapshot.relevant.iter().map(|function| (u32::MAX, *function)).collect();
    }

    /// Whether a decorator has a name by which catalogued ones register functions.
    fn registers(&self, function: FunctionRef, decorator: ExpressionId) -> bool {
        let module = &self.snapshot.program.file(function.file).module;
        let head = match &module.expression(decorator).kind {
            ExpressionKind::Call { callee, .. } => *callee,
            _ => decorator,
        };
        match &module.expression(head).kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => {
                self.snapshot.catalogue.registering_names.contains(name)
            }
            _ => false,
        }
    }

    fn next(&mut self) -> Option<FunctionRef> {
        while let Some(function) = self.called.pop() {
            if !self.runs.contains_key(&function) {
                return Some(function);
            }
        }
        loop {
            let (_, function) = self.open.pop_first()?;
            let most =
                if self.snapshot.relevant.contains(&function) || self.heat(function) == interpret::HOTTEST {
                    MOST_RUNS
                } else {
                    MOST_RUNS_WITHOUT_DETAIL
                };
            if self.runs.get(&function).is_none_or(|runs| *runs < most) {
                return Some(function);
            }
        }
    }

    fn heat(&self, function: FunctionRef) -> Heat {
        self.snapshot.heat.get(&function).copied().unwrap_or(0)
    }

    /// Asks more of `function`; if it was run with less, it is run again.
    fn warm(&mut self, function: FunctionRef, heat: Heat) {
        let known = self.snapshot.heat.entry(function).or_default();
        if *known < heat {
            *known = heat;
            if self.runs.contains_key(&function) {
                self.wake(function);
            }
        }
    }

    /// Has `function` run, or run again.
    fn wake(&mut self, function: FunctionRef) {
        let rank = self.ranks.get(&function).copied().unwrap_or(u32::MAX);
        self.open.insert((rank, function));
    }

    fn merge(&mut self, function: FunctionRef, outcome: Outcome) {
        *self.runs.entry(function).or_default() += 1;
        let mut waits = false;
        for key in &outcome.reads {
            self.readers.entry(*key).or_default().insert(function);
        }
        for callee in sorted(&outcome.asked) {
            self.callers.entry(callee).or_default().insert(function);
            if !self.runs.contains_key(&callee) {
                self.called.push(callee);
                waits = true;
            }
        }
        for callee in sorted(&outcome.watched) {
            self.callers.entry(callee).or_default().insert(function);
        }
        for (callee, heat) in &outcome.heated {
            self.warm(*callee, *heat);
        }
        if !waits && !self.ranks.contains_key(&function) {
            self.ranks.insert(function, self.ranks.len() as u32);
        }
        self.merge_writes(function, &outcome);
        self.merge_roles(function, &outcome);
        self.merge_summary(function, &outcome.summary);
        self.outcomes.insert(function, outcome);
    }

    fn merge_writes(&mut self, function: FunctionRef, outcome: &Outcome) {
        let before: Vec<Key> = self
            .outcomes
            .get(&function)
            .map(|outcome| outcome.writes.keys().copied().collect())
            .unwrap_or_default();
        for key in before {
            if !outcome.writes.contains_key(&key) && self.snapshot.store.write(function, key, None) {
                self.wake_readers(key, false);
            }
        }
        for (key, value) in &outcome.writes {
            if self.snapshot.store.write(function, *key, Some(value.clone())) {
                self.wake_readers(*key, value.is_tainted());
            }
        }
    }

    fn wake_readers(&mut self, key: Key, tainted: bool) {
        for reader in self.readers.get(&key).map(sorted).unwrap_or_default() {
            self.wake(reader);
        }
        if let Key::Given(function, _) = key {
            if self.runs.contains_key(&function) {
                self.wake(function);
            }
        } else if tainted && let Some(name) = key.name() {
            match key {
                // Who reads an exception catches it, and matters without being told; but for its own methods.
                Key::Field(class, _) if self.snapshot.program.hierarchy.lineage(class).exception => {
                    self.wake_methods(class, name);
                }
                Key::Field(class, _) => self.wake_mentioning(name, Some(class), class.file),
                Key::Global(file, _) => self.wake_mentioning(name, None, file),
                Key::Captured(function, _) => self.wake_mentioning(name, None, function.file),
                Key::Given(..) | Key::Raised(_) => {}
            }
        }
    }

    /// Methods of `class`, its bases and the classes derived from it that mention `name`.
    fn wake_methods(&mut self, class: ClassRef, name: Symbol) {
        let program = self.snapshot.program;
        let lineage = program.hierarchy.lineage(class);
        let family = lineage.ancestors.iter().chain(&lineage.descendants);
        let mut methods: Vec<FunctionRef> =
            family.flat_map(|class| program.hierarchy.lineage(*class).methods.values().copied()).collect();
        methods.sort_unstable();
        for method in methods {
            if program.function(method).mentions.binary_search(&name).is_ok() {
                self.warm(method, interpret::WARM);
                if !self.runs.contains_key(&method) {
                    self.wake(method);
                }
            }
        }
    }

    /// Functions that have not been run yet may read or call what is called `name`, of `class`, in `file`.
    fn wake_mentioning(&mut self, name: Symbol, class: Option<ClassRef>, file: FileIndex) {
        let program = self.snapshot.program;
        let mentioning = program.mentioning(name);
        let few = mentioning.len() <= MOST_MENTIONS;
        let near = if few { FxHashSet::default() } else { self.files_near(name, class, file) };
        for function in mentioning {
            let is_new = !self.runs.contains_key(function);
            if (few || near.contains(&function.file)) && (!is_new || self.woken < self.most_woken()) {
                self.warm(*function, interpret::WARM);
                if is_new {
                    self.woken += 1;
                    self.wake(*function);
                }
            }
        }
    }

    /// In a large program many functions mention what became tainted, and few of them send it.
    fn most_woken(&self) -> usize {
        FEWEST_WOKEN + self.snapshot.relevant.len() / 4
    }

    /// `file`, and those that name `class`, a class derived from it, or `name` itself at their top.
    fn files_near(&self, name: Symbol, class: Option<ClassRef>, file: FileIndex) -> FxHashSet<FileIndex> {
        const MOST_DESCENDANTS: usize = 8;
        let program = self.snapshot.program;
        let mut near = FxHashSet::from_iter([file]);
        let Some(class) = class else {
            let binds = |(_, content): &(usize, &crate::program::File)| content.bindings.contains_key(&name);
            near.extend(
                program.files.iter().enumerate().filter(binds).map(|(index, _)| FileIndex(index as u32)),
            );
            return near;
        };
        let descendants = &program.hierarchy.lineage(class).descendants;
        for class in std::iter::once(&class).chain(descendants.iter().take(MOST_DESCENDANTS)) {
            near.extend(program.mentioning(program.class(*class).name).iter().map(|function| function.file));
        }
        near
    }

    fn merge_roles(&mut self, function: FunctionRef, outcome: &Outcome) {
        let mut given: FxHashMap<FunctionRef, Vec<Role>> = FxHashMap::default();
        for registration in &outcome.registrations {
            given.entry(registration.function).or_default().push(registration.role.clone());
        }
        let before: Vec<FunctionRef> = self.outcomes.get(&function).map_or(Vec::new(), |outcome| {
            outcome.registrations.iter().map(|registration| registration.function).collect()
        });
        let touched: FxHashSet<FunctionRef> = before.into_iter().chain(given.keys().copied()).collect();
        for target in touched {
            let parts = self.registered.entry(target).or_default();
            match given.remove(&target) {
                Some(roles) => parts.insert(function, roles),
                None => parts.remove(&function),
            };
            let mut writers: Vec<_> = parts.iter().collect();
            writers.sort_by_key(|(writer, _)| **writer);
            let mut roles = self.inherent.get(&target).cloned().unwrap_or_default();
            roles.extend(writers.into_iter().flat_map(|(_, roles)| roles.iter().cloned()));
            if self.snapshot.roles.get(&target) != Some(&roles) {
                self.snapshot.roles.insert(target, roles);
                self.snapshot.relevant.insert(target);
                self.wake(target);
            }
        }
    }

    fn merge_summary(&mut self, function: FunctionRef, summary: &Summary) {
        let known = self.snapshot.summaries.get(&function);
        if known.is_some_and(|known| **known == *summary) {
            return;
        }
        for caller in self.callers.get(&function).map(sorted).unwrap_or_default() {
            self.wake(caller);
        }
        if summary.returns.is_tainted() {
            let definition = self.snapshot.program.function(function);
            let class = match definition.owner {
                Owner::Class(id) => Some(ClassRef { file: function.file, id }),
                _ => None,
            };
            self.wake_mentioning(definition.name, class, function.file);
        }
        self.snapshot.summaries.insert(function, Arc::new(summary.clone()));
    }

    fn solution(self) -> Solution {
        let mut solution = Solution {
            functions: self.runs.len(),
            runs: self.runs.values().map(|runs| *runs as usize).sum(),
            ..Solution::default()
        };
        let mut outcomes: Vec<(FunctionRef, Outcome)> = self.outcomes.into_iter().collect();
        outcomes.sort_by_key(|(function, _)| *function);
        for (_, outcome) in outcomes {
            solution.flows.extend(outcome.flows);
            solution.registrations.extend(outcome.registrations);
            solution.applications.extend(outcome.applications);
            solution.opened.extend(outcome.opened);
        }
        for (function, roles) in &self.inherent {
            solution.registrations.extend(
                roles
                    .iter()
                    .map(|role| crate::found::Registration { function: *function, role: role.clone() }),
            );
        }
        solution.flows.sort_by_key(flow_order);
        solution.registrations.sort_by_key(|known| (known.role.location, known.function));
        solution.applications.sort_by_key(|known| known.location);
        solution.opened.sort_by_key(|known| (known.location, known.rule));
        solution
    }
}

/// Whether `function`, which mentions the trigger's name, also says that it means it.
fn triggers(program: &Program, trigger: &Trigger, function: FunctionRef) -> bool {
    let Some(package) = trigger.package else { return true };
    let mentions = |name: &Symbol| program.function(function).mentions.binary_search(name).is_ok();
    program.file(function.file).packages.contains(&package)
        || mentions(&package)
        || trigger.beside.iter().any(mentions)
}

fn sorted(functions: &FxHashSet<FunctionRef>) -> Vec<FunctionRef> {
    let mut functions: Vec<FunctionRef> = functions.iter().copied().collect();
    functions.sort_unstable();
    functions
}

fn flow_order(flow: &Flow) -> (crate::taint::Location, tightlip_catalogue::Rule, crate::taint::Location) {
    (flow.location, flow.rule, flow.source.location)
}
