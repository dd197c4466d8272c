package replay

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing/synctest"

	stdcontext "context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

var types = map[string]supervisor.Restart{
	"permanent": supervisor.Permanent, "transient": supervisor.Transient, "temporary": supervisor.Temporary,
}

// runProgram starts a program, lets one application end, and stops it if it has not ended
// with that. The trace has the order of the starts; Exit says what ended the program; Calls
// has those that were stopped before one that depended on them, which must not be.
func runProgram(s Scenario) (Result, error) {
	r := Result{Name: s.Name, Calls: map[string]string{}, Exit: "stopped"}
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	var notes notes
	var apps []application.App
	for _, a := range s.Apps {
		apps = append(apps, application.App{Name: a.Name, DependsOn: a.Deps, Restart: types[a.Type], Root: notes.root(a.Name)})
	}
	ctx, cancel := stdcontext.WithCancel(stdcontext.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { // we wait for its result
		ended <- application.RunWith(ctx, application.Options{Runtime: rt, Signals: make(chan os.Signal)}, apps...)
	}()
	synctest.Wait()
	if root, ok := rt.Whereis(s.Ends); ok {
		if err := rt.Exit(root, reasonOf(s.With)); err != nil {
			return r, err
		}
		synctest.Wait()
	}
	cancel()
	err := <-ended
	var end *application.EndError
	if errors.As(err, &end) {
		r.Exit, err = fmt.Sprintf("%s %s", end.App, reasonText(end.Reason)), nil
	}
	r.Trace = notes.started
	for _, a := range s.Apps {
		for _, dep := range a.Deps {
			if dep == s.Ends {
				continue // nobody stops it
			}
			if stop := slices.Index(notes.stopped, a.Name); stop > slices.Index(notes.stopped, dep) && slices.Contains(notes.stopped, dep) {
				r.Calls[dep] = "stopped before " + a.Name
			}
		}
	}
	return r, err
}

// notes are the starts and stops of a program's applications, in order.
type notes struct {
	mu               sync.Mutex
	started, stopped []string // guarded by mu
}

func (n *notes) note(list *[]string, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	*list = append(*list, name)
}

// root returns the root of an application: a supervisor with one worker.
func (n *notes) root(name string) func(any) (supervisor.Spec, error) {
	start := func(ctx stdcontext.Context) (pid.PID, error) {
		n.note(&n.started, name)
		return supervisor.BodyOpt(runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
			_, err := ctx.Recv()
			n.note(&n.stopped, name)
			return errors.Join(err, signal.Shutdown)
		})(ctx)
	}
	return func(any) (supervisor.Spec, error) {
		return supervisor.Spec{Name: name, Children: []supervisor.ChildSpec{{ID: "worker", Start: start}}}, nil
	}
}
