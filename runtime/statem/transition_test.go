package statem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// The rules quoted here are those of OTP, gen_statem(3), transition_option(), if
// nothing else is said.

func TestPostpone(t *testing.T) {
	// "If the state changes, the queue of incoming events is reset to start with
	// the oldest postponed."
	a := noting(does(map[any]handler{
		"p1": stay((*ctx).Postpone), "p2": stay((*ctx).Postpone), "go": to("b"), "again": to("a"),
	}))
	b := noting(does(map[any]handler{"p2": stay((*ctx).Postpone), "back": to("a")}))
	play(t, machine{Initial: "a", States: map[string]state{"a": a, "b": b}}, func(w *world) {
		w.cast("p1", "x", "p2", "again", "go", "back")
		require.Equal(t, []string{
			"a: p1", "a: x", "a: p2", "a: again", // the same state is no change
			"a: go", "b: p1", "b: p2", // the oldest first; p2 once more
			"b: back", "a: p2",
		}, w.log())
		// In a, p2 was postponed a third time.
		w.cast("go")
		require.Equal(t, []string{"a: go", "b: p2"}, w.log()[9:])
	})
}

func TestPostpone_BeforeWhatIsQueued(t *testing.T) {
	// "the queue of incoming events is reset to start with the oldest postponed."
	a := noting(does(map[any]handler{
		"p": stay((*ctx).Postpone),
		"go": func(c *ctx, _ statem.Event) (string, error) {
			c.Insert(statem.Event{Content: "i1"})
			c.Insert(statem.Event{Content: "i2"})
			return c.State(), nil
		},
		"i1": to("b"),
	}))
	b := noting(does(nil))
	play(t, machine{Initial: "a", States: map[string]state{"a": a, "b": b}}, func(w *world) {
		w.cast("p", "go")
		require.Equal(t, []string{"a: p", "a: go", "a: i1", "b: p", "b: i2"}, w.log())
	})
}

func TestInsert(t *testing.T) {
	// "All events stored with action() next_event are inserted to be processed
	// before previously queued events", and the user's guide, Inserted Events: they
	// "are inserted in the order in which they were".
	a := noting(does(map[any]handler{
		"p": stay((*ctx).Postpone),
		"go": func(c *ctx, _ statem.Event) (string, error) {
			c.Insert(statem.Event{Content: "i1"})
			c.Insert(statem.Event{Kind: statem.Cast, Content: "i2"})
			return "b", nil
		},
	}))
	b := noting(does(map[any]handler{"i1": func(c *ctx, ev statem.Event) (string, error) {
		require.Equal(t, statem.Internal, ev.Kind)
		c.Insert(statem.Event{Content: "i3"})
		return c.State(), nil
	}}))
	play(t, machine{Initial: "a", States: map[string]state{"a": a, "b": b}}, func(w *world) {
		w.cast("p", "go", "last")
		require.Equal(t, []string{"a: p", "a: go", "b: i1", "b: i3", "b: i2", "b: p", "b: last"}, w.log())
	})
}

func TestEnter(t *testing.T) {
	// state_enter(): "at every state change, call the state callback with arguments
	// (enter, OldState)"; for the first state "OldState is the same as State"; and
	// repeat_state: "the state enter call is repeated".
	a := entering(noting(does(map[any]handler{
		"go": to("b"), "stay": to("a"), "repeat": stay((*ctx).Repeat),
	})), nil)
	b := entering(noting(does(map[any]handler{"back": to("a")})), nil)
	play(t, machine{Initial: "a", States: map[string]state{"a": a, "b": b}}, func(w *world) {
		w.cast("stay", "repeat", "go", "back")
		require.Equal(t, []string{
			"a: enter from a", "a: stay", "a: repeat", "a: enter from a",
			"a: go", "b: enter from a", "b: back", "a: enter from b",
		}, w.log())
	})
}

func TestEnter_BeforeEventsOfTheNewState(t *testing.T) {
	// "the gen_statem calls the new state callback with (enter, OldState)" is the
	// first step; postponed and inserted events come later.
	a := noting(does(map[any]handler{
		"p": stay((*ctx).Postpone),
		"go": func(c *ctx, _ statem.Event) (string, error) {
			c.Insert(statem.Event{Content: "i"})
			return "b", nil
		},
	}))
	b := entering(noting(does(nil)), nil)
	play(t, machine{Initial: "a", States: map[string]state{"a": a, "b": b}}, func(w *world) {
		w.cast("p", "go")
		require.Equal(t, []string{"a: p", "a: go", "b: enter from a", "b: i", "b: p"}, w.log())
	})
}

func TestEnter_ActionsAreAppended(t *testing.T) {
	// "Any actions returned from this call are handled as if they were appended to
	// the actions returned by the state callback that changed states."
	a := noting(does(map[any]handler{"go": func(c *ctx, _ statem.Event) (string, error) {
		c.SetTimeout(statem.StateTimer, time.Second, "of a")
		c.SetTimeout("own", time.Second, "of a")
		return "b", nil
	}}))
	b := entering(noting(does(nil)), func(c *ctx, _ string) error {
		c.SetTimeout(statem.StateTimer, time.Minute, "of b") // takes the place of the other
		return nil
	})
	play(t, machine{Initial: "a", States: map[string]state{"a": a, "b": b}}, func(w *world) {
		w.cast("go")
		pass(time.Hour)
		require.Equal(t, []string{"a: go", "b: enter from a", "b: own of a", "b: state timeout of b"}, w.log())
	})
}

func TestEnter_MayNeitherPostponeNorInsert(t *testing.T) {
	// enter_action(): "hibernate | … | timeout_action() | reply_action()" only.
	for name, wrong := range map[string]func(*ctx){
		"postpone": (*ctx).Postpone,
		"insert":   func(c *ctx) { c.Insert(statem.Event{}) },
	} {
		t.Run(name, func(t *testing.T) {
			b := entering(noting(does(nil)), func(c *ctx, _ string) error { wrong(c); return nil })
			m := machine{Initial: "a", States: map[string]state{"a": noting(to("b")), "b": b}}
			play(t, m, func(w *world) {
				ref := w.ctx.Monitor(w.m)
				w.cast("go")
				w.requireDown(ref, "error: enter b: an Enter can neither postpone nor insert events")
			})
		})
	}
}

func TestInit_ComesFirst(t *testing.T) {
	play(t, machine{
		Init: func(c *ctx) (string, error) {
			c.Data = []string{"init"}
			c.Insert(statem.Event{Content: "i"})
			c.SetTimeout(statem.StateTimer, time.Second, 1)
			require.NoError(t, c.Send(c.PID(), "mail"))
			return "b", nil
		},
		States: map[string]state{"b": entering(noting(does(nil)), nil)},
	}, func(w *world) {
		pass(time.Second)
		require.Equal(t, []string{"init", "b: enter from b", "b: i", "b: mail", "b: state timeout 1"}, w.log())
	})
}

func TestInit_ThatFailsIsTheErrorOfTheStart(t *testing.T) {
	m := machine{Init: func(*ctx) (string, error) { return "", errBoom }}
	inWorld(t, genserver.Options{}, idle, func(w *world) {
		_, err := statem.StartLink(w.ctx, m, genserver.Options{})
		require.ErrorIs(t, err, errBoom)
		_, _, err = statem.StartMonitor(w.ctx, m, genserver.Options{})
		require.ErrorIs(t, err, errBoom)
	})
}

func TestState_OfAnyComparableType(t *testing.T) {
	type floor struct{ Number int }
	lift := statem.Machine[floor, struct{}]{Default: statem.State[floor, struct{}]{
		Handle: func(c *statem.Context[floor, struct{}], ev statem.Event) (floor, error) {
			c.Reply(ev.From, c.State().Number)
			return floor{ev.Content.(int)}, nil
		},
	}}
	inWorld(t, genserver.Options{}, idle, func(w *world) {
		p, err := statem.Start(w.ctx, lift, genserver.Options{})
		require.NoError(t, err)
		for i := range 5 {
			got, err := genserver.CallAs[int](w.ctx, p, i+1)
			require.NoError(t, err)
			require.Equal(t, i, got)
		}
	})
}
