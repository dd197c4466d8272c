package inspect_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/term"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lab is a runtime that is looked into, in a bubble where time costs nothing.
type lab struct {
	*testing.T
	*inspect.Client
	rt  *runtime.Runtime
	log *logged
}

// logged is what was logged.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func inLab(t *testing.T, test func(l *lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		log := new(logged)
		level := new(slog.LevelVar)
		rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level})), LogLevel: level})
		_, err := inspect.Start(rt, inspect.Config{})
		require.NoError(t, err)
		defer func() { require.NoError(t, rt.Shutdown(context.Background())) }()
		test(&lab{t, inspect.NewClient(rt, pid.Name{Name: inspect.Name}), rt, log})
	})
}

func (l *lab) spawn(name string, body runtime.Body) pid.PID {
	l.Helper()
	p, err := l.rt.SpawnOpt(runtime.SpawnOptions{Name: name}, body)
	require.NoError(l, err)
	return p
}

// start runs f as a process, which then stays, with what it has started, to the end.
func (l *lab) start(f func(ctx *runtime.Context)) {
	l.Helper()
	l.spawn("", func(ctx *runtime.Context) error {
		f(ctx)
		return idle(ctx)
	})
	synctest.Wait()
}

// idle leaves its mail where it is.
func idle(ctx *runtime.Context) error {
	_, err := ctx.RecvMatch(func(runtime.Message) bool { return false })
	return err
}

func (l *lab) fill(p pid.PID, n int) {
	for range n {
		_ = runtime.Send(runtime.NewContext(context.Background(), l.rt), p, 1)
	}
	synctest.Wait()
}

func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

type account struct{ Password string }

type formatted struct{ account }

func (*account) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	if err, is := req.(error); is {
		return nil, err
	}
	return req, nil
}

func (*account) HandleInfo(*genserver.Context, any) error { return nil }

func (*formatted) FormatState() any { return "open" }

func TestTop_ListsThoseFirstThatHaveMost(t *testing.T) {
	inLab(t, func(l *lab) {
		for i := range 50 {
			l.fill(l.spawn(fmt.Sprintf("p%02d", i), idle), i)
		}
		got, err := l.Top(l.Context(), inspect.Top{N: 3})
		require.NoError(l, err)
		synctest.Wait() // the process that has answered ends
		require.Equal(l, l.rt.Len()+1, got.Total, "and the one that has answered")
		require.Equal(l, []string{"p49", "p48", "p47"}, names(got))
		require.Equal(l, 49, got.Rows[0].Queue)

		got, err = l.Top(l.Context(), inspect.Top{By: inspect.ByPID, N: 2, Filter: inspect.Filter{Text: "p1"}, After: got.Rows[2].PID})
		require.NoError(l, err)
		require.Empty(l, got.Rows)
		got, err = l.Top(l.Context(), inspect.Top{By: inspect.ByPID, N: 2, Filter: inspect.Filter{Text: "p1"}})
		require.NoError(l, err)
		require.Equal(l, []string{"p10", "p11"}, names(got))
		require.Equal(l, 10, got.Matched)
		got, err = l.Top(l.Context(), inspect.Top{Filter: inspect.Filter{MinQueue: 48, State: "running", Behaviour: "process"}})
		require.NoError(l, err)
		require.Equal(l, []string{"p49", "p48"}, names(got))
	})
}

func names(r inspect.Rows) (all []string) {
	for _, row := range r.Rows {
		all = append(all, row.Name)
	}
	return all
}

func TestTop_RatesAreThoseOfTheWindow(t *testing.T) {
	inLab(t, func(l *lab) {
		filled, busy := l.spawn("filled", idle), l.spawn("busy", func(ctx *runtime.Context) error {
			for {
				if _, err := ctx.Recv(); err != nil {
					return err
				}
			}
		})
		l.fill(filled, 1000)
		l.fill(busy, 1000)
		go func() {
			<-time.After(time.Second)
			for range 20 {
				_ = runtime.Send(runtime.NewContext(context.Background(), l.rt), busy, 1)
			}
			for range 40 {
				_ = runtime.Send(runtime.NewContext(context.Background(), l.rt), filled, 1)
			}
		}()
		got, err := l.Top(l.Context(), inspect.Top{By: inspect.ByRate, N: 1, Window: 2 * time.Second})
		require.NoError(l, err)
		require.Equal(l, []string{"busy"}, names(got))
		require.InDelta(l, 10, got.Rows[0].Rate, 0.1)
	})
}

func TestProcess_ShowsRelationsCallsAndWhoIsAsked(t *testing.T) {
	inLab(t, func(l *lab) {
		silent := l.spawn("silent", idle)
		var caller pid.PID
		l.start(func(ctx *runtime.Context) {
			caller, _ = ctx.SpawnLink(func(ctx *runtime.Context) error {
				ctx.Monitor(silent)
				_, err := runtime.CallNamed[int](runtime.WithCallTimeout(ctx, time.Hour), pid.Name{Name: "silent"}, 1)
				return err
			})
		})
		got, err := l.Process(l.Context(), "silent")
		require.NoError(l, err)
		require.Equal(l, silent, got.PID)
		require.Equal(l, []pid.PID{caller, caller}, got.MonitoredBy)
		require.Len(l, got.CallsIn, 1)
		require.Equal(l, caller, got.CallsIn[0].Caller)
		require.Contains(l, got.Stack, "inspect_test.idle")
		got, err = l.Process(l.Context(), caller.String())
		require.NoError(l, err)
		require.Len(l, got.CallsOut, 1)
		require.Equal(l, "silent", got.CallsOut[0].CalleeName)
		require.Equal(l, inspect.Counts{Links: 1, Monitors: 1}, got.Counts)
		require.Len(l, got.Ancestors, 1)
		for _, target := range []string{"nobody", "<0.1.1>", "999999"} {
			_, err = l.Process(l.Context(), target)
			require.ErrorIs(l, err, inspect.ErrNotFound, target)
		}
	})
}

func TestState_ShowsTypesOrWhatTheServerShows(t *testing.T) {
	inLab(t, func(l *lab) {
		l.start(func(ctx *runtime.Context) {
			_, err := genserver.StartLink(ctx, &account{"secret"}, genserver.Options{Name: "account"})
			require.NoError(l, err)
			_, err = genserver.StartLink(ctx, &formatted{}, genserver.Options{Name: "formatted"})
			require.NoError(l, err)
		})
		got, err := l.State(l.Context(), "account")
		require.NoError(l, err)
		require.Contains(l, got.Text, "inspect_test.account")
		require.NotContains(l, got.Text, "secret")
		got, err = l.State(l.Context(), "formatted")
		require.NoError(l, err)
		require.Equal(l, "open", got.Text)
		plain := l.spawn("plain", idle)
		_, err = l.State(l.Context(), "plain")
		require.ErrorIs(l, err, inspect.ErrNoServer)
		s, _ := l.rt.Info(plain)
		require.Zero(l, s.QueueLen, "a process that would take it for a message is not asked")
	})
}

func TestState_UnsafeShowsAllAndIsLogged(t *testing.T) {
	inLab(t, func(l *lab) {
		l.start(func(ctx *runtime.Context) {
			_, err := genserver.StartLink(ctx, &formatted{account{"secret"}}, genserver.Options{Name: "formatted"})
			require.NoError(l, err)
		})
		got, err := l.UnsafeState(l.Context(), "formatted")
		require.NoError(l, err)
		require.Contains(l, got.Text, "Password:secret")
		require.Contains(l, l.log.String(), `what="unsafe state" target=formatted`)
		require.NotContains(l, l.log.String(), "secret")
	})
}

func TestPeek_CountsTypesAndTakesNothing(t *testing.T) {
	inLab(t, func(l *lab) {
		p := l.spawn("full", idle)
		ctx := runtime.NewContext(l.Context(), l.rt)
		require.NoError(l, runtime.Send(ctx, p, order{}))
		require.NoError(l, genserver.Cast(ctx, p, "what a cast carries"))
		l.fill(p, 1500)
		got, err := l.Peek(l.Context(), "full")
		require.NoError(l, err)
		require.Equal(l, inspect.Mail{PID: p, Name: "full", Queue: 1502, Looked: inspect.MaxPeeked, Types: []inspect.MailType{
			{Type: "int", Count: 998}, {Type: "inspect_test.order", Count: 1}, {Type: "string", Count: 1},
		}}, got)
		s, _ := l.rt.Info(p)
		require.Equal(l, 1502, s.QueueLen)
		_, err = l.Peek(l.Context(), "nobody")
		require.ErrorIs(l, err, inspect.ErrNotFound)
	})
}

func TestTree_ShowsBranchesByNeed(t *testing.T) {
	inLab(t, func(l *lab) {
		l.start(func(ctx *runtime.Context) {
			inner := supervisor.Spec{Name: "inner"}
			for i := range 300 {
				inner.Children = append(inner.Children, supervisor.ChildSpec{ID: fmt.Sprint(i), Start: supervisor.Body(idle)})
			}
			_, err := supervisor.StartLink(ctx, supervisor.Spec{Name: "root", Children: []supervisor.ChildSpec{supervisor.Child("in", inner)}})
			require.NoError(l, err)
			_, err = genserver.StartLink(ctx, &account{}, genserver.Options{Name: "account"})
			require.NoError(l, err)
		})
		roots, err := l.Roots(l.Context(), inspect.Roots{})
		require.NoError(l, err)
		require.Equal(l, []string{"root"}, names(roots))
		tree, err := l.Tree(l.Context(), inspect.Tree{Root: "root"})
		require.NoError(l, err)
		require.Len(l, tree.Children, 1)
		require.Len(l, tree.Children[0].Children, inspect.MaxChildren)
		require.Equal(l, 300, tree.Children[0].Total)
		tree, err = l.Tree(l.Context(), inspect.Tree{Root: "inner", After: 250})
		require.NoError(l, err)
		require.Len(l, tree.Children, 50)
		require.Equal(l, "250", tree.Children[0].ID)
		_, err = l.Tree(l.Context(), inspect.Tree{Root: "account"})
		require.ErrorIs(l, err, inspect.ErrNoServer)
		_, err = l.State(l.Context(), "account")
		require.NoError(l, err, "and the server lives")
	})
}

type order struct {
	Item string
	N    int
}

func init() { term.MustRegister[order]("inspect_test.order") }

func TestAct_DoesItAndLogsIt(t *testing.T) {
	inLab(t, func(l *lab) {
		l.start(func(ctx *runtime.Context) {
			_, err := genserver.StartLink(ctx, &account{"secret"}, genserver.Options{Name: "account"})
			require.NoError(l, err)
			_, err = supervisor.StartLink(ctx, supervisor.Spec{Name: "sup", Children: []supervisor.ChildSpec{
				{ID: "child", Start: supervisor.BodyOpt(runtime.SpawnOptions{Name: "child"}, idle)},
			}})
			require.NoError(l, err)
		})
		act := func(a inspect.Action) inspect.Done {
			l.Helper()
			done, err := l.Act(l.Context(), a)
			require.NoError(l, err)
			return done
		}
		require.JSONEq(l, `{"Item":"tea","N":3}`, act(inspect.Action{Do: inspect.Call, Target: "account",
			JSON: `{"@type": "inspect_test.order", "Item": "tea", "N": 3}`}).Reply)
		require.JSONEq(l, `[1, "x", null]`, act(inspect.Action{Do: inspect.Call, Target: "account", JSON: `[1, "x", null]`}).Reply)
		act(inspect.Action{Do: inspect.Suspend, Target: "account"})
		act(inspect.Action{Do: inspect.Resume, Target: "account"})
		act(inspect.Action{Do: inspect.Send, Target: "account", JSON: `"hello"`})
		was, _ := l.rt.Whereis("child")
		restarted := act(inspect.Action{Do: inspect.RestartChild, Target: "sup", Child: "child"})
		require.NotEqual(l, was, restarted.PID)
		act(inspect.Action{Do: inspect.TerminateChild, Target: "sup", Child: "child"})
		require.False(l, l.rt.IsAlive(restarted.PID))
		p := l.spawn("victim", idle)
		act(inspect.Action{Do: inspect.Kill, Target: "victim"})
		require.False(l, l.rt.IsAlive(p))
		l.spawn("quitter", idle)
		act(inspect.Action{Do: inspect.Exit, Target: "quitter", Reason: "shutdown: enough"})
		act(inspect.Action{Do: inspect.GC})
		require.Equal(l, "INFO", act(inspect.Action{Do: inspect.SetLogLevel, Target: "warn"}).Reply)
		require.Equal(l, "WARN", act(inspect.Action{Do: inspect.SetLogLevel, Target: "debug"}).Reply)
		_, err := l.Act(l.Context(), inspect.Action{Do: inspect.SetLogLevel, Target: "loud"})
		require.Error(l, err)
		_, err = l.Act(l.Context(), inspect.Action{Do: inspect.Disconnect, Target: "b@test"})
		require.ErrorIs(l, err, inspect.ErrUnsupported)
		_, err = l.Act(l.Context(), inspect.Action{Do: "dance", Target: "account"})
		require.ErrorIs(l, err, inspect.ErrUnsupported)
		for _, what := range []string{"call", "suspend", "resume", "send", "restart", "terminate", "kill", "exit", "gc", "loglevel", "disconnect", "dance"} {
			require.Contains(l, l.log.String(), "what="+what)
		}
	})
}

func TestAnswers_AreJSONAndShowNoSecret(t *testing.T) {
	inLab(t, func(l *lab) {
		l.start(func(ctx *runtime.Context) {
			_, err := genserver.StartLink(ctx, &account{"secret"}, genserver.Options{Name: "account"})
			require.NoError(l, err)
		})
		ctx := l.Context()
		for _, ask := range []func() (any, error){
			func() (any, error) { return l.Top(ctx, inspect.Top{}) },
			func() (any, error) { return l.Find(ctx, inspect.Find{Text: "account"}) },
			func() (any, error) { return l.Process(ctx, "account") },
			func() (any, error) { return l.State(ctx, "account") },
			func() (any, error) { return l.Stack(ctx, "account") },
			func() (any, error) { return l.Stacks(ctx) },
			func() (any, error) { return l.Roots(ctx, inspect.Roots{}) },
			func() (any, error) { return l.Apps(ctx) },
			func() (any, error) { return l.Names(ctx, inspect.Names{}) },
			func() (any, error) { return l.Zombies(ctx, inspect.Zombies{}) },
			func() (any, error) { return l.Nodes(ctx, inspect.Nodes{}) },
			func() (any, error) { return l.Runtime(ctx) },
			func() (any, error) { return l.Waits(ctx, inspect.Waits{Cycles: true}) },
			func() (any, error) { return l.Alarms(ctx, inspect.Alarms{}) },
			func() (any, error) { return l.Peek(ctx, "account") },
		} {
			v, err := ask()
			require.NoError(l, err)
			b, err := json.Marshal(v)
			require.NoError(l, err)
			require.NotContains(l, string(b), "secret")
		}
	})
}

func TestServer_EndsWithTheRuntimeAndSurvivesStrangeMail(t *testing.T) {
	inLab(t, func(l *lab) {
		server, _ := l.rt.Whereis(inspect.Name)
		l.fill(server, 10)
		_, err := genserver.CallAs[any](runtime.NewContext(l.Context(), l.rt), server, "what?")
		require.ErrorIs(l, err, genserver.ErrUnhandled)
		_, err = l.Runtime(l.Context())
		require.NoError(l, err)
		s, _ := l.rt.Info(server)
		require.True(l, s.Hibernating)
		_, err = inspect.Start(l.rt, inspect.Config{})
		require.ErrorIs(l, err, runtime.ErrNameTaken)
	})
}

func TestAnswer_EndsWithTheOneWhoHasAsked(t *testing.T) {
	inLab(t, func(l *lab) {
		p := l.spawn("", func(ctx *runtime.Context) error {
			_, err := genserver.CallAs[inspect.AlarmList](ctx, inspect.Name, inspect.Alarms{Wait: 30 * time.Second})
			return err
		})
		synctest.Wait()
		before := l.rt.Len()
		require.NoError(l, l.rt.Exit(p, signal.Kill))
		synctest.Wait()
		require.Equal(l, before-2, l.rt.Len(), "the one who asked, and the one who would have answered")
	})
}
