//! Core and the store, driven through random operations beside a plain model of the contract: not one answer and nothing
//! that anybody can see may differ.
//!
//! `MODEL_OPERATIONS` says how many operations there are, `MODEL_SEED` which ones: a number, or `any`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod authenticator;
mod comparison;
mod drawing;
mod operation;
mod reference;
mod world;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use operation::Operation;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use reference::Reference;
use world::World;

/// Operations of one run where nobody says.
const OPERATIONS: u32 = 20_000;

/// Operations that follow each other before everything begins anew: enough for the things that take long, few enough to
/// be shrunk.
const OPERATIONS_PER_CASE: usize = 200;

/// The middle of a half minute and of nothing else.
const BEGINNING: i64 = 1_700_000_000;

/// How often what was done, and how often it was granted.
static DONE: Mutex<BTreeMap<String, [u32; 2]>> = Mutex::new(BTreeMap::new());

impl ReferenceStateMachine for Reference {
    type State = Reference;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<Reference> {
        Just(Reference::begun(BEGINNING)).boxed()
    }

    fn transitions(state: &Reference) -> BoxedStrategy<Operation> {
        drawing::operations(state)
    }

    fn apply(mut state: Reference, operation: &Operation) -> Reference {
        state.tell(operation);
        state
    }

    fn preconditions(state: &Reference, operation: &Operation) -> bool {
        state.makes_sense_of(operation)
    }
}

struct Comparison;

impl StateMachineTest for Comparison {
    type SystemUnderTest = (World, Cell<usize>);
    type Reference = Reference;

    fn init_test(reference: &Reference) -> Self::SystemUnderTest {
        (World::begun(reference.now), Cell::new(0))
    }

    fn apply(
        (mut world, turn): Self::SystemUnderTest,
        reference: &Reference,
        operation: Operation,
    ) -> Self::SystemUnderTest {
        for (step, expected) in operation.steps().iter().zip(&reference.answers) {
            let answer = world.answer(step);
            count(step, &answer);
            assert_eq!(&answer, expected, "{step:?}");
        }
        (world, turn)
    }

    fn check_invariants((world, turn): &Self::SystemUnderTest, reference: &Reference) {
        turn.set(turn.get() + 1);
        comparison::compare(world, reference, turn.get());
    }

    fn teardown((world, _): Self::SystemUnderTest, _: Reference) {
        world.store.close();
    }
}

#[test]
fn core_and_store_do_what_the_model_of_the_contract_does() {
    let operations = setting("MODEL_OPERATIONS").map_or(OPERATIONS, |number| number.parse().unwrap());
    let seed = match setting("MODEL_SEED").as_deref() {
        None => 1,
        Some("any") => u64::from_ne_bytes(countersign_server::entropy::random().unwrap()),
        Some(number) => number.parse().unwrap(),
    };
    let config = Config {
        cases: operations.div_ceil(OPERATIONS_PER_CASE as u32),
        rng_seed: RngSeed::Fixed(seed),
        // The seed says it, and the sequence is shown: nothing is left lying about.
        failure_persistence: None,
        max_shrink_iters: 3_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config.clone());
    let sequences = Reference::sequential_strategy(OPERATIONS_PER_CASE);
    let run = runner.run(&sequences, |(state, operations, seen)| {
        Comparison::test_sequential(config.clone(), state, operations, seen);
        Ok(())
    });
    let done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    let all: u32 = done.values().map(|[times, _]| times).sum();
    println!("{all} operations (MODEL_SEED={seed}), and how many of them were granted:");
    for (kind, [times, granted]) in &*done {
        println!("{times:>9} {granted:>9}  {kind}");
    }
    match run {
        Ok(()) => {}
        Err(TestError::Fail(reason, (_, operations, _))) => {
            let listed: Vec<_> = operations.iter().map(|operation| format!("    {operation:?}")).collect();
            panic!("{reason}\nafter these operations (MODEL_SEED={seed}):\n{}", listed.join("\n"));
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn count(step: &Operation, answer: &str) {
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    let [times, granted] = done.entry(step.kind()).or_default();
    *times += 1;
    // Values are shown as they are.
    let refused = answer.starts_with(|c: char| c.is_ascii_lowercase()) && answer.contains('_');
    *granted += u32::from(!refused);
}
