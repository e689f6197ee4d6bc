"""Credit: how many frames a page asks for ahead, over a fast and over a slow network."""

from __future__ import annotations

from tests.page.node import Modules

#: A server that answers each `ack` with a frame after `trip` milliseconds; the page paints at once.
STREAM = """
    const { createCredit } = await import("stream/credit");
    let now = 0;
    let coming = [];
    const credit = createCredit((frames) => {
      coming.push(...Array(frames).fill(now + trip));
    });
    let trip = 0;
    const counts = [];
    function open() {
      coming = [now, now];
      credit.open();
    }
    function receive(frames, milliseconds) {
      trip = milliseconds;
      counts.length = 0;
      for (let i = 0; i < frames && coming.length; i += 1) {
        now = Math.max(now, coming.shift());
        credit.arrive(now);
        credit.paint(now);
        counts.push(coming.length);
      }
      return [Math.max(...counts), counts.at(-1), counts.length];
    }
"""


def test_frames_are_asked_for_as_far_ahead_as_the_network_is_slow(modules: Modules) -> None:
    fast, slow, fast_again = modules.load(
        STREAM
        + """open();
             return [receive(50, 5), receive(50, 400), receive(300, 5)];"""
    )
    assert fast == [1, 1, 50], "one is on its way, and it never ends"
    assert slow == [4, 4, 50], "more than four are never asked for"
    assert fast_again[1:] == [1, 300]


def test_a_session_that_is_opened_again_begins_with_two(modules: Modules) -> None:
    slow, again = modules.load(
        STREAM
        + """open();
             const slow = receive(20, 400);
             open();
             return [slow, receive(300, 5)];"""
    )
    assert slow[0] == 4
    assert again[1:] == [1, 300], "frames of the session before are not waited for"
