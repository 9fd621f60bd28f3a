//! One run through one function: what it returns, sends and leaves behind.
//!
//! **Invariants.** A run changes nothing but its own outcome; what it needs of others it asks the solver for, which
//! may run them first. A run ends: loops run a fixed number of rounds, nesting and the number of steps are bounded,
//! and what lies beyond the bounds is left out.

mod arguments;
mod attribute;
mod call;
mod default;
mod exception;
mod expression;
mod guard;
mod library;
mod names;
mod outcome;
mod page;
mod refine;
mod register;
mod sink;
mod state;
mod statement;
mod substitute;
mod switch;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tightlip_catalogue::Catalogue;
use tightlip_ir::{ClassId, ExpressionId, Function, FunctionId, Module, Owner, Span, Symbol};

use crate::found::{ApplicationSite, Closed, Flow, Opened, Prefix, Registration, Role};
use crate::heat::Heat;
use crate::program::{ClassRef, FunctionRef, Program};
use crate::solve::Solver;
use crate::store::Key;
use crate::summary::{Effect, EffectTarget, Fails, Summary};
use crate::taint::{Location, Origin, Slot, Taint};
use crate::value::Value;
use state::State;

/// What a run found.
#[derive(Default, Debug)]
pub(crate) struct Outcome {
    pub(crate) summary: Summary,
    pub(crate) writes: FxHashMap<Key, Value>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) registrations: Vec<Registration>,
    pub(crate) applications: Vec<ApplicationSite>,
    pub(crate) opened: Vec<Opened>,
    pub(crate) closed: Vec<Closed>,
    pub(crate) prefixes: Vec<Prefix>,
}

/// More statements than this are not looked at in one run; real functions have a few hundred.
const MOST_STEPS: u32 = 60_000;
/// Deeper nesting is not looked at.
const DEEPEST: u32 = 120;

/// Runs through `here`; the runs that wait for it are nested in so many `levels`.
pub(crate) fn run(solver: &Solver<'_>, here: FunctionRef, levels: u32) -> Outcome {
    let mut interpreter = Interpreter::new(solver, here, levels);
    interpreter.enter();
    interpreter.outcome
}

struct Interpreter<'a> {
    solver: &'a Solver<'a>,
    program: &'a Program,
    catalogue: &'a Catalogue,
    here: FunctionRef,
    module: &'a Module,
    function: &'a Function,
    /// The class whose method this is, or whose body is being run.
    class: Option<ClassRef>,
    roles: Arc<[Role]>,
    heat: Heat,
    /// Own variables that functions inside use.
    shared: Vec<Symbol>,
    /// `None` where no run gets to.
    state: Option<State>,
    outcome: Outcome,
    /// How many guards around say that only developers see this.
    guarded: u32,
    /// The guards around that anybody passes, outermost first.
    open_guards: Vec<guard::OpenGuard>,
    /// What the operands of tests of the statement that is run were found to be, the latest last: whether they are
    /// guards is asked right after.
    tested: Vec<(ExpressionId, Value)>,
    /// How many `except` arms are around.
    handling: u32,
    fails: Fails,
    /// The attribute or call that is being looked at.
    focus: Span,
    steps: u32,
    depth: u32,
    loops: u32,
    /// The statement whose value nobody takes.
    dropped: Option<Span>,
    /// A decorator is being called: what it makes of a function matters in any case.
    decorating: bool,
    /// How many values were put in the place of slots, and how deep in each other.
    substitutions: u32,
    nested_substitutions: u32,
    /// How deep the runs that wait for this one are nested.
    levels: u32,
    /// What the solver was told already: whose summaries are used here, with how much heat.
    asked: FxHashMap<FunctionRef, Heat>,
    watched: FxHashSet<FunctionRef>,
}

impl<'a> Interpreter<'a> {
    fn new(solver: &'a Solver<'a>, here: FunctionRef, levels: u32) -> Self {
        let program = solver.program;
        let module = &program.file(here.file).module;
        let function = module.function(here.id);
        let class = match function.owner {
            Owner::Class(id) => Some(ClassRef { file: here.file, id }),
            _ => None,
        };
        Self {
            solver,
            program,
            catalogue: solver.catalogue,
            here,
            module,
            function,
            class,
            roles: solver.roles(here),
            heat: solver.heat(here),
            shared: shared_names(module, here.id, function),
            state: Some(State::default()),
            outcome: Outcome::default(),
            guarded: 0,
            open_guards: Vec::new(),
            tested: Vec::new(),
            handling: 0,
            fails: Fails::default(),
            focus: Span::default(),
            steps: 0,
            depth: 0,
            loops: 0,
            dropped: None,
            decorating: false,
            substitutions: 0,
            nested_substitutions: 0,
            levels,
            asked: FxHashMap::default(),
            watched: FxHashSet::default(),
        }
    }

    fn enter(&mut self) {
        self.bind_parameters();
        let function = self.function;
        self.block(&function.body);
        let returns = std::mem::take(&mut self.outcome.summary.returns);
        self.outcome.summary.returns = returns.bounded();
        self.outcome.summary.fails = self.fails;
        if function.generator {
            let yields = std::mem::take(&mut self.outcome.summary.yields);
            self.outcome.summary.returns.gather(&Value::list(yields));
        }
    }

    fn location(&self, span: Span) -> Location {
        Location { file: self.here.file, span }
    }

    fn span(&self, id: ExpressionId) -> Span {
        self.module.expression(id).span
    }

    fn at(&self, id: ExpressionId) -> Location {
        self.location(self.span(id))
    }

    fn nested(&self, id: FunctionId) -> FunctionRef {
        FunctionRef { file: self.here.file, id }
    }

    fn nested_class(&self, id: ClassId) -> ClassRef {
        ClassRef { file: self.here.file, id }
    }

    /// What the store holds under `key`; the function is run again when that changes.
    fn read(&mut self, key: Key) -> Option<Value> {
        self.solver.read(self.here, key)
    }

    /// The summary of `function`, which is run first if it was not and may matter; this one is run again when it
    /// changes.
    fn ask(&mut self, function: FunctionRef) -> Option<Arc<Summary>> {
        self.ask_with(function, Heat::COLD, false)
    }

    /// As [`Self::ask`], with so much heat; `needed` if it matters here in any case.
    fn ask_with(&mut self, function: FunctionRef, heat: Heat, needed: bool) -> Option<Arc<Summary>> {
        if needed || self.heat != Heat::COLD || self.solver.is_relevant(function) {
            self.demand(function, heat);
        } else if self.watched.insert(function) {
            self.solver.watch(self.here, function);
        }
        self.solver.summary(function)
    }

    fn demand(&mut self, function: FunctionRef, heat: Heat) {
        let asked = self.asked.get(&function).copied();
        if asked.is_some_and(|asked| asked.covers(heat)) {
            return;
        }
        self.asked.insert(function, asked.unwrap_or(Heat::COLD).with(heat));
        let given = self.outcome.writes.iter().filter_map(|(key, value)| match key {
            Key::Given(to, _) if *to == function => Some((*key, value)),
            _ => None,
        });
        self.solver.demand(self.here, function, heat, self.levels + self.depth, given);
    }

    /// Leaves `value` under `key`: what is known at once, what depends on the caller as an effect.
    fn write(&mut self, key: Key, value: Value) {
        let value = expression::without_whole_collections(self.settled(value).bounded());
        let (known, given) = split_given(value);
        if let Some(given) = given {
            self.add_effect(EffectTarget::Store(key), given);
        }
        self.outcome.writes.entry(key).and_modify(|held| held.join(&known)).or_insert(known);
    }

    fn add_effect(&mut self, target: EffectTarget, value: Value) {
        const MOST: usize = 64;
        let value = value.bounded();
        let effects = &mut self.outcome.summary.effects;
        match effects.iter().position(|effect| effect.target == target) {
            Some(place) => effects[place].value.join(&value),
            None if effects.len() < MOST => effects.push(Effect { target, value }),
            None => {}
        }
    }

    /// Behind a guard that only developers pass, detail is in order; behind one that anybody passes it is marked.
    fn settled(&self, value: Value) -> Value {
        if self.guarded > 0 {
            return value.without_detail();
        }
        if self.open_guards.is_empty() {
            return value;
        }
        value.map_taints(&mut |taint| Some(self.opened(taint)))
    }
}

/// Names of `function` that functions inside of it use.
fn shared_names(module: &Module, id: FunctionId, function: &Function) -> Vec<Symbol> {
    if id == FunctionId::MODULE_BODY {
        return Vec::new();
    }
    let mut shared: Vec<Symbol> = Vec::new();
    // Functions stand in the order in which they begin, so those inside follow this one.
    let after = &module.functions[id.0 as usize + 1..];
    for inner in after.iter().take_while(|inner| function.span.contains(inner.span)) {
        let used = inner.mentions.iter().filter(|name| function.locals.binary_search(name).is_ok());
        shared.extend(used);
    }
    shared.sort_unstable();
    shared.dedup();
    shared
}

/// What of `value` is known whoever calls, and what depends on the caller.
fn split_given(value: Value) -> (Value, Option<Value>) {
    let has_given = value.all_taints().iter().any(is_given);
    if !has_given {
        return (value, None);
    }
    let known = value.clone().map_taints(&mut |taint| (!is_given(&taint)).then_some(taint));
    let given = value.map_taints(&mut |taint| is_given(&taint).then_some(taint));
    (known, Some(given))
}

fn is_given(taint: &Taint) -> bool {
    matches!(taint.origin, Origin::Given(..))
}

/// The slot that `value` is, untouched, if it is one.
fn slot_of(value: &Value) -> Option<Slot> {
    value.taints.iter().find_map(|taint| match &taint.origin {
        Origin::Given(slot, operations) if operations.is_empty() => Some(*slot),
        _ => None,
    })
}
