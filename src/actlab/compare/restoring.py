"""From what a store holds back to a book that goes on, or to results without any training."""

from __future__ import annotations

from actlab.compare.book import Book, architecture
from actlab.compare.outcomes import Finished, Task, readings_in, tasks
from actlab.compare.records import Chosen, Plan
from actlab.compare.runs import Ran
from actlab.compare.store.protocol import Loaded, Place
from actlab.networks import Network, Trained, initialise


def restore(book: Book, loaded: Loaded) -> None:
    """Fill an empty book with all that was kept, as if it had been there all the time."""
    for run in loaded.runs.values():
        book.runs[Task(run.activation, run.repeat, run.rate)] = run
    for place in loaded.places:
        where = place.run.activation, place.run.repeat
        if place.end is None:
            book.best[where] = place.run, _finished(book, place)
            continue
        book.chosen[where] = _chosen(place, loaded)
        if place.network is not None:
            task = Task(place.run.activation, place.run.repeat, place.run.rate)
            book.keep_for_timing(task, _finished(book, place), book.repeat(where[1]))
    for repeat in filter(book.is_whole, list(book.prepared)):
        if not any(number == repeat for _, number in book.best):
            del book.prepared[repeat]


def ran_of(plan: Plan, loaded: Loaded) -> Ran:
    """What was run, from the store alone; a repeat counts once it is closed."""
    wanted = tasks(plan)
    runs = {Task(run.activation, run.repeat, run.rate): run for run in loaded.runs.values()}
    left = {task.repeat for task in wanted if task not in runs}
    left |= {place.run.repeat for place in loaded.places if place.end is None}
    repeats = tuple(repeat for repeat in range(plan.repeats) if repeat not in left)
    chosen = {(each.run.repeat, each.run.activation): each for each in loaded.places if each.run.repeat in repeats}
    order = [(repeat, name) for repeat in repeats for name in plan.activations]
    return Ran(
        runs=tuple(runs[task] for task in wanted if task in runs),
        chosen=tuple(_chosen(chosen[where], loaded) for where in order if where in chosen),
        repeats=repeats,
        complete=len(repeats) == plan.repeats,
    )


def _chosen(place: Place, loaded: Loaded) -> Chosen:
    assert place.start is not None, "only a closed place has readings"
    assert place.end is not None, "only a closed place has readings"
    validation, test = loaded.rows[place.run.repeat]
    return Chosen(
        run=place.run,
        start=place.start,
        end=place.end,
        validation_rows=validation,
        validation_scores=place.validation_scores,
        test_rows=test,
        test_scores=place.test_scores,
    )


def _finished(book: Book, place: Place) -> Finished:
    """The network of a place with its beginning, which its seed gives again."""
    assert place.network is not None, "a network is kept as long as it is needed"
    if book.plan.model is not None:
        return _finished_model(place)
    run, layers = place.run, len(book.plan.hidden) + 1
    form = architecture(book.plan, book.table, run.activation, book.repeat(run.repeat).X.shape[1])
    weights, biases = place.network[:layers], place.network[layers : 2 * layers]
    trained = Trained(
        network=Network(form, weights, biases, place.network[2 * layers :]),
        start=initialise(form, run.seed),
        training_losses=run.training_curve,
        validation_losses=run.validation_curve,
        best_epoch=run.best_epoch,
        epochs=run.epochs,
        seconds=run.seconds,
        diverged=False,
    )
    return Finished(trained, place.validation_scores, place.test_scores)


def _finished_model(place: Place) -> Finished:
    """A person's model is not kept, but all that was read of it is."""
    from actlab.networks.models import ModelTrained

    assert place.network is not None, "readings are kept as long as they are needed"
    run, (start, end) = place.run, place.network
    trained = ModelTrained(
        training_losses=run.training_curve,
        validation_losses=run.validation_curve,
        validation_scores=place.validation_scores,
        test_scores=place.test_scores,
        start=readings_in(start),
        end=readings_in(end),
        best_epoch=run.best_epoch,
        epochs=run.epochs,
        seconds=run.seconds,
        diverged=False,
    )
    return Finished(trained, place.validation_scores, place.test_scores)
