"""Many clients at once, in the size that each run can afford; tests/acceptance/crowds.py is the same at full size."""
from crowd import abort_clients, crowd
from test_router import RouterScene


def scene():
    return RouterScene(FIRST_BYTE_TIMEOUT_MS="60000", STREAM_IDLE_TIMEOUT_MS="60000", FETCH_TIMEOUT_MS="60000")


def test_clients_that_leave_in_any_phase_leave_every_breaker_closed(stage):
    open_ones, resting, lines, asked = abort_clients(stage, 450)
    assert not open_ones and not resting and not lines, (open_ones, resting, lines)
    assert asked > 200, f"only {asked} requests reached a provider"


def test_a_crowd_shares_three_places_and_all_are_served(stage):
    """Each line keeps its order (unit tests); in which order a loaded machine hands the crowd over cannot be seen from here."""
    statuses, most, _, _ = crowd(stage, 300)
    assert statuses == [200] * 300, [s for s in statuses if s != 200]
    assert most == 3, f"{most} at once"


def test_those_who_leave_a_line_hold_up_nobody(stage):
    statuses, most, _, _ = crowd(stage, 150, abort_every=3)
    assert statuses == [200] * 101 and most <= 3, (statuses, most)
