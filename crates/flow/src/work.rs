//! The order of work: what was found so far, who has to be run, and who again.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tightlip_catalogue::Catalogue;
use tightlip_ir::{Owner, Symbol};

use crate::found::{Flow, Role, Solution};
use crate::heat::Heat;
use crate::interpret::Outcome;
use crate::program::{ClassRef, FileIndex, FunctionRef, Program};
use crate::relevance::{files_near, functions_near, inherent_roles, mentioning_triggers};
use crate::solve::Extent;
use crate::store::{Holders, Key, Store};
use crate::summary::Summary;
use crate::value::Value;

/// A function that handles detail and is still changing after so many runs stays as it is.
const MOST_RUNS: u32 = 4;
/// One that handles none is only asked what kind of thing it returns.
const MOST_RUNS_WITHOUT_DETAIL: u32 = 2;
/// So many functions are looked at in any program because they mention a name that became tainted.
const FEWEST_WOKEN: usize = 250;
/// A name that more functions mention does not tell who means this one: then only files that name its class, or
/// stand beside it, are looked at.
const MOST_MENTIONS: usize = 24;

/// Who is run next. Those that were run wait until no new one is left, and are then told at once all that has come
/// together, callees before callers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Rank {
    New,
    Again { place: u32 },
}

/// What is known so far, and what is to be done.
#[derive(Default)]
pub(crate) struct Work {
    store: Store,
    summaries: FxHashMap<FunctionRef, Arc<Summary>>,
    roles: FxHashMap<FunctionRef, Arc<[Role]>>,
    /// Functions that may matter by themselves.
    relevant: FxHashSet<FunctionRef>,
    /// How much is asked of functions; see [`Heat`].
    heat: FxHashMap<FunctionRef, Heat>,
    outcomes: FxHashMap<FunctionRef, Outcome>,
    runs: FxHashMap<FunctionRef, u32>,
    /// Who waits for whom.
    running: Vec<FunctionRef>,
    /// Who read a place, and who asked for a summary.
    readers: FxHashMap<Key, FxHashSet<FunctionRef>>,
    callers: FxHashMap<FunctionRef, FxHashSet<FunctionRef>>,
    /// Who read fields of this name, and of which class.
    field_readers: FxHashMap<Symbol, FxHashSet<(ClassRef, FunctionRef)>>,
    /// Who calls it and does not matter unless detail comes back.
    watchers: FxHashMap<FunctionRef, FxHashSet<FunctionRef>>,
    /// Called too deep to be run at once.
    called: Vec<FunctionRef>,
    /// To be run, or run again, by rank.
    open: BTreeSet<(Rank, FunctionRef)>,
    /// How many were opened only because they mention a name that became tainted.
    woken: usize,
    /// The place in the order in which functions were first run.
    places: FxHashMap<FunctionRef, u32>,
    /// Roles that methods have by the base of their class.
    inherent: FxHashMap<FunctionRef, Vec<Role>>,
    /// Roles by who registers them.
    registered: FxHashMap<FunctionRef, FxHashMap<FunctionRef, Vec<Role>>>,
}

impl Work {
    pub(crate) fn new(program: &Program, catalogue: &Catalogue, extent: Extent<'_>) -> Self {
        let inherent = inherent_roles(program, catalogue);
        let roles = inherent.iter().map(|(function, roles)| (*function, roles.as_slice().into())).collect();
        let mut relevant = mentioning_triggers(program, catalogue);
        for function in inherent.keys() {
            relevant.insert(*function);
            if !program.function(*function).decorators.is_empty() {
                relevant.insert(program.defining(*function));
            }
        }
        let near = match extent {
            Extent::Whole => None,
            Extent::Near(files) => Some(functions_near(program, files)),
        };
        let is_near = |function: &&FunctionRef| near.as_ref().is_none_or(|near| near.contains(function));
        let open = relevant.iter().filter(is_near).map(|function| (Rank::New, *function)).collect();
        Self { inherent, roles, relevant, open, ..Self::default() }
    }

    /// What the store holds under `key`; `reader` is run again when that changes.
    pub(crate) fn read(&mut self, reader: FunctionRef, key: Key) -> Option<Value> {
        self.readers.entry(key).or_default().insert(reader);
        self.store.read(key).cloned()
    }

    /// Where fields called `name` hold something; `reader` is run again when one that objects of `class` may have
    /// changes.
    pub(crate) fn read_fields(&mut self, reader: FunctionRef, class: ClassRef, name: Symbol) -> Holders {
        self.field_readers.entry(name).or_default().insert((class, reader));
        self.store.holders(name)
    }

    /// What the store holds under `key`, for one who is run again when that changes in any case.
    pub(crate) fn held(&self, key: Key) -> Option<Value> {
        self.store.read(key).cloned()
    }

    /// As [`Self::held`], of what these writers wrote.
    pub(crate) fn held_from(&self, key: Key, counts: &dyn Fn(FunctionRef) -> bool) -> Option<Value> {
        self.store.read_from(key, counts)
    }

    /// `caller` is run again when the summary of `function` changes.
    pub(crate) fn listen(&mut self, caller: FunctionRef, function: FunctionRef) {
        self.callers.entry(function).or_default().insert(caller);
    }

    /// `caller` is run again when detail comes out of `function`.
    pub(crate) fn watch(&mut self, caller: FunctionRef, function: FunctionRef) {
        self.watchers.entry(function).or_default().insert(caller);
    }

    pub(crate) fn summary(&self, function: FunctionRef) -> Option<Arc<Summary>> {
        self.summaries.get(&function).cloned()
    }

    pub(crate) fn roles(&self, function: FunctionRef) -> Arc<[Role]> {
        self.roles.get(&function).cloned().unwrap_or_else(|| Arc::from([]))
    }

    /// Whether `function` may matter by itself.
    pub(crate) fn is_relevant(&self, function: FunctionRef) -> bool {
        self.relevant.contains(&function)
    }

    pub(crate) fn heat(&self, function: FunctionRef) -> Heat {
        self.heat.get(&function).copied().unwrap_or(Heat::COLD)
    }

    /// The function to be run next, if there is any left.
    pub(crate) fn next(&mut self) -> Option<FunctionRef> {
        while let Some(function) = self.called.pop() {
            if !self.runs.contains_key(&function) {
                return Some(function);
            }
        }
        loop {
            let (_, function) = self.open.pop_first()?;
            if self.may_run(function) {
                return Some(function);
            }
        }
    }

    /// Whether somebody who asks for `function` with `heat` should have it run before going on, if there is `room`;
    /// else it is run later if it must be.
    pub(crate) fn is_wanted_now(&mut self, function: FunctionRef, heat: Heat, room: bool) -> bool {
        let is_new = !self.runs.contains_key(&function);
        let is_hotter = self.warm(function, heat);
        let stale = self.open.contains(&(self.rank(function), function));
        let is_wanted = (is_new || is_hotter || stale) && self.may_run(function);
        if !is_wanted || self.running.contains(&function) {
            return false;
        }
        if !room {
            self.called.push(function);
        }
        room
    }

    /// Before `function` is run for `caller`: `given` is what its parameters are known to be. Who is about to be told
    /// its summary needs not be run again for it.
    pub(crate) fn prepare<'v>(
        &mut self,
        caller: FunctionRef,
        function: FunctionRef,
        given: impl Iterator<Item = (Key, &'v Value)>,
    ) {
        self.open.remove(&(self.rank(function), function));
        self.callers.entry(function).or_default().remove(&caller);
        if !self.runs.contains_key(&function) {
            for (key, value) in given {
                self.store.write(caller, key, Some(value.clone()));
            }
        }
    }

    pub(crate) fn start(&mut self, function: FunctionRef) {
        self.running.push(function);
    }

    /// Whether it was not run as often as its like may be.
    fn may_run(&self, function: FunctionRef) -> bool {
        let handles_detail = self.relevant.contains(&function) || self.heat(function).is_hottest();
        let most = if handles_detail { MOST_RUNS } else { MOST_RUNS_WITHOUT_DETAIL };
        self.runs.get(&function).is_none_or(|runs| *runs < most)
    }

    /// Asks more of `function`; if it was run with less, it is run again. Whether it is more.
    pub(crate) fn warm(&mut self, function: FunctionRef, heat: Heat) -> bool {
        let known = self.heat(function);
        let is_more = !known.covers(heat);
        if is_more {
            self.heat.insert(function, known.with(heat));
            if self.runs.contains_key(&function) || self.running.contains(&function) {
                self.wake(function);
            }
        }
        is_more
    }

    /// Has `function` run, or run again.
    fn wake(&mut self, function: FunctionRef) {
        self.open.insert((self.rank(function), function));
    }

    fn rank(&self, function: FunctionRef) -> Rank {
        self.places.get(&function).map_or(Rank::New, |place| Rank::Again { place: *place })
    }

    pub(crate) fn finish(&mut self, program: &Program, function: FunctionRef, mut outcome: Outcome) {
        self.running.pop();
        self.count_run(function);
        self.merge_writes(program, function, &outcome);
        self.merge_roles(function, &outcome);
        self.merge_summary(program, function, std::mem::take(&mut outcome.summary));
        self.outcomes.insert(function, outcome);
    }

    /// Its rank changes, also where it was opened while it was run.
    fn count_run(&mut self, function: FunctionRef) {
        let is_open = self.open.remove(&(self.rank(function), function));
        *self.runs.entry(function).or_default() += 1;
        let place = self.places.len() as u32;
        self.places.entry(function).or_insert(place);
        if is_open {
            self.wake(function);
        }
    }

    fn merge_writes(&mut self, program: &Program, function: FunctionRef, outcome: &Outcome) {
        let before: Vec<Key> = self
            .outcomes
            .get(&function)
            .map(|outcome| outcome.writes.keys().copied().collect())
            .unwrap_or_default();
        for key in before {
            if !outcome.writes.contains_key(&key) && self.store.write(function, key, None) {
                self.wake_readers(program, key, false);
            }
        }
        for (key, value) in &outcome.writes {
            if self.store.write(function, *key, Some(value.clone())) {
                self.wake_readers(program, *key, value.is_tainted());
            }
        }
    }

    fn wake_readers(&mut self, program: &Program, key: Key, tainted: bool) {
        for reader in self.readers.get(&key).map(sorted).unwrap_or_default() {
            self.wake(reader);
        }
        if let Key::Field(class, name) | Key::Constructed(class, name) = key {
            for reader in self.readers_of_field(program, class, name) {
                self.wake(reader);
            }
        }
        if let Key::Given(function, _) = key {
            if self.runs.contains_key(&function) {
                self.wake(function);
            }
        } else if tainted && let Some(name) = key.name() {
            match key {
                // Who reads an exception catches it, and matters without being told; but for its own methods.
                Key::Field(class, _) | Key::Constructed(class, _)
                    if program.hierarchy.lineage(class).exception =>
                {
                    self.wake_methods(program, class, name);
                }
                Key::Field(class, _) | Key::Constructed(class, _) => {
                    self.wake_mentioning(program, name, Some(class), class.file)
                }
                Key::Global(file, _) => self.wake_mentioning(program, name, None, file),
                Key::Captured(function, _) => self.wake_mentioning(program, name, None, function.file),
                Key::Given(..) | Key::Raised(_) => {}
            }
        }
    }

    /// Who read the field of a class of this family.
    fn readers_of_field(&self, program: &Program, class: ClassRef, name: Symbol) -> Vec<FunctionRef> {
        let hierarchy = &program.hierarchy;
        let related = |asked: ClassRef| hierarchy.derives(asked, class) || hierarchy.derives(class, asked);
        let readers = self.field_readers.get(&name).into_iter().flatten();
        readers.filter(|(asked, _)| related(*asked)).map(|(_, reader)| *reader).collect()
    }

    /// Methods of `class`, its bases and the classes derived from it that mention `name`.
    fn wake_methods(&mut self, program: &Program, class: ClassRef, name: Symbol) {
        let lineage = program.hierarchy.lineage(class);
        let family = lineage.ancestors.iter().chain(&lineage.descendants);
        let mut methods: Vec<FunctionRef> =
            family.flat_map(|class| program.hierarchy.lineage(*class).methods.values().copied()).collect();
        methods.sort_unstable();
        for method in methods {
            if program.function(method).mentions.binary_search(&name).is_ok() {
                self.warm(method, Heat::WARM);
                if !self.runs.contains_key(&method) {
                    self.wake(method);
                }
            }
        }
    }

    /// Functions that have not been run yet may read or call what is called `name`, of `class`, in `file`.
    fn wake_mentioning(&mut self, program: &Program, name: Symbol, class: Option<ClassRef>, file: FileIndex) {
        let mentioning = program.mentioning(name);
        let few = mentioning.len() <= MOST_MENTIONS;
        let near = if few { FxHashSet::default() } else { files_near(program, name, class, file) };
        for function in mentioning {
            let is_new = !self.runs.contains_key(function);
            if (few || near.contains(&function.file)) && (!is_new || self.woken < self.most_woken()) {
                self.warm(*function, Heat::WARM);
                if is_new {
                    self.woken += 1;
                    self.wake(*function);
                }
            }
        }
    }

    /// In a large program many functions mention what became tainted, and few of them send it.
    fn most_woken(&self) -> usize {
        FEWEST_WOKEN + self.relevant.len() / 4
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
            if self.roles.get(&target).is_none_or(|known| **known != *roles) {
                self.roles.insert(target, roles.into());
                self.relevant.insert(target);
                self.wake(target);
            }
        }
    }

    fn merge_summary(&mut self, program: &Program, function: FunctionRef, summary: Summary) {
        let known = self.summaries.get(&function);
        if known.is_some_and(|known| **known == summary) {
            return;
        }
        for caller in self.callers.get(&function).map(sorted).unwrap_or_default() {
            self.wake(caller);
        }
        if summary.hands_out_detail() {
            for watcher in self.watchers.get(&function).map(sorted).unwrap_or_default() {
                self.wake(watcher);
            }
            let definition = program.function(function);
            let class = match definition.owner {
                Owner::Class(id) => Some(ClassRef { file: function.file, id }),
                _ => None,
            };
            self.wake_mentioning(program, definition.name, class, function.file);
        }
        self.summaries.insert(function, Arc::new(summary));
    }

    pub(crate) fn solution(self) -> Solution {
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
            solution.closed.extend(outcome.closed);
            solution.prefixes.extend(outcome.prefixes);
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
        solution.opened.sort_by_key(|known| (known.location, known.opening.rule));
        solution.closed.sort_by_key(|known| known.location);
        solution.prefixes.sort_by_key(|known| known.location);
        solution
    }
}

fn sorted(functions: &FxHashSet<FunctionRef>) -> Vec<FunctionRef> {
    let mut functions: Vec<FunctionRef> = functions.iter().copied().collect();
    functions.sort_unstable();
    functions
}

fn flow_order(flow: &Flow) -> (crate::taint::Location, tightlip_catalogue::Rule, crate::taint::Location) {
    (flow.location, flow.rule, flow.source.location)
}
