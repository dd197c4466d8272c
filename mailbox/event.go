package mailbox

// Event lets one goroutine wait for something else than a message, in the way in which a
// receiver waits for one: for less than a channel costs. The zero Event has not happened;
// it must not be copied after first use.
type Event struct {
	parker parker
}

// Happen ends the wait, or the next one if nobody waits. Once the event has happened and
// as long as nobody has waited for it, more of the same change nothing. Every goroutine
// may call it; it never waits.
func (e *Event) Happen() { e.parker.notifyUnlocked().wake() }

// Wait waits until the event happens, unless it has happened since the last Wait. Only
// one goroutine at a time may call it. What was done before Happen can be seen after.
func (e *Event) Wait() {
	e.parker.park()
	e.parker.reset()
}
