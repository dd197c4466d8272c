package statem_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// OTP: timeouts and messages are handled in the order in which they came, also if the
// machine was busy, or suspended, when they did.
func TestTimeouts_AndMessagesKeepTheirOrder(t *testing.T) {
	busy := func(c *ctx) {
		c.SetTimeout("two", 2*time.Second, "T2")
		c.SetTimeout("four", 4*time.Second, "T4")
		<-time.After(6 * time.Second)
	}
	m := machine{Initial: "a", Default: noting(does(map[any]handler{
		"busy": stay(busy),
		"set": stay(func(c *ctx) {
			c.SetTimeout("two", 2*time.Second, "T2")
			c.SetTimeout("four", 4*time.Second, "T4")
		}),
	}))}
	want := []string{"a: m1", "a: two T2", "a: m3", "a: four T4", "a: m5"}
	send := func(w *world) {
		for _, content := range []string{"m1", "m3", "m5"} {
			pass(time.Second)
			w.cast(content)
			pass(time.Second)
		}
	}
	play(t, m, func(w *world) {
		w.cast("set")
		send(w)
		require.Equal(w, want, w.log()[1:])
	})
	play(t, machine{Initial: "a", Default: noting(does(map[any]handler{
		"busy": func(c *ctx, ev statem.Event) (string, error) {
			c.SetTimeout("two", 2*time.Second, "T2")
			c.SetTimeout("four", 4*time.Second, "T4")
			c.Insert(statem.Event{Content: "work"})
			return "a", nil
		},
		"work": stay(func(*ctx) { <-time.After(6 * time.Second) }),
	}))}, func(w *world) {
		w.cast("busy")
		synctest.Wait()
		send(w)
		pass(time.Second)
		require.Equal(w, want, w.log()[2:])
	})
	play(t, m, func(w *world) {
		w.cast("set")
		synctest.Wait()
		require.NoError(w, genserver.Suspend(w.ctx, w.m))
		send(w)
		require.NoError(w, genserver.Resume(w.ctx, w.m))
		require.Equal(w, want, w.log()[1:])
	})
}

// OTP, gen_statem(3), event_timeout(): an event that came before the time was over
// cancels it, though the machine was busy until after.
func TestEventTimeout_IsCancelledByAnEventThatCameBefore(t *testing.T) {
	m := machine{Initial: "a", Default: noting(does(map[any]handler{
		"set": func(c *ctx, _ statem.Event) (string, error) {
			c.SetTimeout("long", time.Second, "work")
			return "a", nil
		},
		"again": stay(func(c *ctx) { c.SetTimeout(statem.EventTimer, 10*time.Second, "late") }),
	}))}
	m.Default.Handle = func(inner handler) handler {
		return func(c *ctx, ev statem.Event) (string, error) {
			if ev.Content == "work" {
				<-time.After(5 * time.Second)
			}
			return inner(c, ev)
		}
	}(m.Default.Handle)
	play(t, m, func(w *world) {
		w.cast("set", "again")
		pass(2 * time.Second)
		w.cast("x")
		pass(time.Minute)
		require.Equal(w, []string{"a: set", "a: again", "a: long work", "a: x"}, w.log())
	})
}

// The timeouts are no messages: a function that receives by itself does not get them.
func TestTimeouts_AreNotInTheMailbox(t *testing.T) {
	m := machine{Initial: "a", Default: noting(does(map[any]handler{
		"set": stay(func(c *ctx) {
			c.SetTimeout("own", time.Second, "x")
			c.SetTimeout(statem.StateTimer, 2*time.Second, "y")
		}),
		"drain": func(c *ctx, _ statem.Event) (string, error) {
			<-time.After(3 * time.Second)
			m, err := c.TryRecv()
			require.Error(t, err, "%v", m.Value())
			return "a", nil
		},
	}))}
	play(t, m, func(w *world) {
		w.cast("set", "drain")
		pass(time.Minute)
		require.Equal(w, []string{"a: set", "a: drain", "a: own x", "a: state timeout y"}, w.log())
	})
}
