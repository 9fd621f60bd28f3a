//! Runs functions until nothing changes any more.
//!
//! Only functions that may matter are run: those that mention a word of the catalogue or catch an exception
//! by name, what they call, and who may read what they leave behind. A run that needs the summary of a function
//! that was not run yet has it run first, so most functions are run once or twice, callees before callers. The
//! order is that of the files, so the result is the same every time.
//!
//! A run is nested in the run that needs it, as deep as [`DEEPEST`] allows; what lies deeper is run later, and its
//! callers again.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use tightlip_catalogue::Catalogue;
use tightlip_ir::Symbol;

use crate::environment::Environment;
use crate::found::{Role, Solution};
use crate::heat::Heat;
use crate::interpret;
use crate::program::{ClassRef, FileIndex, FunctionRef, Program};
use crate::reach::Reach;
use crate::store::{Holders, Key};
use crate::summary::Summary;
use crate::value::Value;
use crate::work::Work;

/// Levels of nested statements and expressions, of all runs that wait for each other.
pub(crate) const DEEPEST: u32 = 1_500;
/// Room for so many levels, in bytes; pages of it that are not touched cost nothing.
const STACK_SIZE: usize = 64 << 20;

/// How much of a program is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent<'a> {
    /// All of it.
    Whole,
    /// What may matter in these files, and who speaks of what they define; of all others only those that these call. So
    /// what others leave behind is missing, and what is found is a first answer.
    Near(&'a [FileIndex]),
}

/// What was found, and whether more would have been.
#[derive(Debug)]
pub enum Solved {
    /// All that there is in the extent that was asked for.
    Wholly(Solution),
    /// What was found until it was enough. Which that is depends on when it was.
    Partly(Solution),
}

/// Finds all flows of `program`.
pub fn solve(program: &Program, catalogue: &Catalogue) -> Solution {
    match solve_within(program, catalogue, Extent::Whole, &|| false) {
        Solved::Wholly(solution) | Solved::Partly(solution) => solution,
    }
}

/// Finds the flows in a part of `program`, until `is_enough` says that nobody waits for more.
pub fn solve_within(
    program: &Program,
    catalogue: &Catalogue,
    extent: Extent<'_>,
    is_enough: &(dyn Fn() -> bool + Sync),
) -> Solved {
    let solve = || -> Solved {
        let work = RefCell::new(Work::new(program, catalogue, extent));
        let solver = Solver {
            program,
            catalogue,
            anything: Symbol::new("?"),
            reach: Reach::default(),
            is_enough,
            switched: RefCell::default(),
            work,
        };
        while let Some(function) = solver.next() {
            if is_enough() {
                return Solved::Partly(solver.work.into_inner().solution());
            }
            solver.run(function, 0);
        }
        Solved::Wholly(solver.work.into_inner().solution())
    };
    // A thread of its own: how deep runs may nest must not depend on who calls.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, solve);
        let solution = thread.expect("a thread can be started").join();
        solution.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// What is known so far, as runs see it, and the order of work.
///
/// **Invariant:** `work` is borrowed for the time of one question only, never while a function is run.
pub(crate) struct Solver<'a> {
    pub(crate) program: &'a Program,
    pub(crate) catalogue: &'a Catalogue,
    /// Stands for whatever of a library no model speaks of.
    pub(crate) anything: Symbol,
    pub(crate) reach: Reach,
    /// Whether nobody waits for more.
    is_enough: &'a (dyn Fn() -> bool + Sync),
    /// Settings that guards asked for, and whether the program switches them on.
    switched: RefCell<FxHashMap<Symbol, bool>>,
    work: RefCell<Work>,
}

impl Solver<'_> {
    /// What the store holds under `key`; `reader` is run again when that changes.
    pub(crate) fn read(&self, reader: FunctionRef, key: Key) -> Option<Value> {
        self.work.borrow_mut().read(reader, key)
    }

    /// Where fields called `name` hold something; `reader` is run again when one that objects of `class` may have
    /// changes.
    pub(crate) fn read_fields(&self, reader: FunctionRef, class: ClassRef, name: Symbol) -> Holders {
        self.work.borrow_mut().read_fields(reader, class, name)
    }

    /// What the store holds under `key`, for one who is run again when that changes in any case.
    pub(crate) fn held(&self, key: Key) -> Option<Value> {
        self.work.borrow().held(key)
    }

    /// As [`Self::held`], of what these writers wrote.
    pub(crate) fn held_from(&self, key: Key, counts: &dyn Fn(FunctionRef) -> bool) -> Option<Value> {
        self.work.borrow().held_from(key, counts)
    }

    /// Remembers that `caller` is run again when the summary of `function` changes.
    pub(crate) fn listen(&self, caller: FunctionRef, function: FunctionRef) {
        self.work.borrow_mut().listen(caller, function);
    }

    /// Remembers that `caller` is run again when detail comes out of `function`.
    pub(crate) fn watch(&self, caller: FunctionRef, function: FunctionRef) {
        self.work.borrow_mut().watch(caller, function);
    }

    /// Has `function` run now if it was not yet, or was with less than `heat`. `given` is what its parameters
    /// are known to be, `levels` how deep the run that asks is nested.
    ///
    /// To be called once by a run for each function and heat: who is told a summary that was just made needs not be
    /// run again for it.
    pub(crate) fn demand<'v>(
        &self,
        caller: FunctionRef,
        function: FunctionRef,
        heat: Heat,
        levels: u32,
        given: impl Iterator<Item = (Key, &'v Value)>,
    ) {
        let wanted =
            self.work.borrow_mut().is_wanted_now(function, heat, levels < DEEPEST && !(self.is_enough)());
        if wanted {
            self.work.borrow_mut().prepare(caller, function, given);
            self.run(function, levels);
        }
        self.listen(caller, function);
    }

    pub(crate) fn summary(&self, function: FunctionRef) -> Option<Arc<Summary>> {
        self.work.borrow().summary(function)
    }

    pub(crate) fn roles(&self, function: FunctionRef) -> Arc<[Role]> {
        self.work.borrow().roles(function)
    }

    pub(crate) fn heat(&self, function: FunctionRef) -> Heat {
        self.work.borrow().heat(function)
    }

    /// Asks more of `function`, which is run again for it.
    pub(crate) fn warm(&self, function: FunctionRef, heat: Heat) {
        self.work.borrow_mut().warm(function, heat);
    }

    /// Whether `function` may matter by itself.
    pub(crate) fn is_relevant(&self, function: FunctionRef) -> bool {
        self.work.borrow().is_relevant(function)
    }

    /// Whether the program itself switches a setting of this name on.
    pub(crate) fn is_switched_on(&self, setting: Symbol) -> bool {
        let environment = Environment::new(self.program, self.catalogue);
        let mut switched = self.switched.borrow_mut();
        *switched.entry(setting).or_insert_with(|| environment.is_switched_on(setting))
    }

    fn next(&self) -> Option<FunctionRef> {
        self.work.borrow_mut().next()
    }

    fn run(&self, function: FunctionRef, levels: u32) {
        self.work.borrow_mut().start(function);
        let outcome = interpret::run(self, function, levels);
        self.work.borrow_mut().finish(self.program, function, outcome);
    }
}
