package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/tools/starctl/internal/cli"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// listening is TCP with a listener that is there already, so that the node can have its
// port in its name.
type listening struct {
	remote.TCP
	l net.Listener
}

func (t listening) Listen(string) (net.Listener, error) { return t.l, nil }

type account struct{ Password string }

func (*account) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	return req, nil
}

func idle(ctx *runtime.Context) error {
	_, err := ctx.RecvMatch(func(runtime.Message) bool { return false })
	return err
}

const cookie, observerCookie = "main-cookie", "look-cookie"

// startNode starts a node with a supervisor, its worker and a server with a secret, and
// returns its name.
func startNode(t *testing.T, may remote.Inspect) (*remote.Node, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	name := "shop@" + l.Addr().String()
	quiet := slog.New(slog.DiscardHandler)
	rt := runtime.MustNew(runtime.Config{Name: name, Logger: quiet, ProfileLabels: true, LogLevel: new(slog.LevelVar)})
	n, err := remote.Start(rt, remote.Config{
		Cookie: cookie, ObserverCookie: observerCookie, Inspect: may, Transport: listening{l: l}, Logger: quiet,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, n.Close(context.Background()))
		require.NoError(t, rt.Shutdown(context.Background()))
	})
	ready := make(chan struct{})
	_, err = rt.Spawn(func(ctx *runtime.Context) error {
		_, err := supervisor.StartLink(ctx, supervisor.Spec{Name: "root", Children: []supervisor.ChildSpec{
			{ID: "worker", Start: supervisor.BodyOpt(runtime.SpawnOptions{Name: "worker"}, idle)},
		}})
		require.NoError(t, err)
		_, err = genserver.StartLink(ctx, &account{"s3cret"}, genserver.Options{Name: "account"})
		require.NoError(t, err)
		close(ready)
		return idle(ctx)
	})
	require.NoError(t, err)
	<-ready
	return n, name
}

// file writes a cookie's file.
func file(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cookie")
	require.NoError(t, os.WriteFile(path, []byte(content+"\n"), mode))
	require.NoError(t, os.Chmod(path, mode))
	return path
}

func starctl(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	var o, e bytes.Buffer
	code = cli.Run(t.Context(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

var looks = [][]string{
	{"top", "--once"}, {"top", "--once", "--by", "rate", "--window", "1ms"}, {"top", "--once", "--limit", "2"}, {"ps"},
	{"ps", "worker"}, {"ps", "--behaviour", "server"}, {"ps", "--state", "sleeping"}, {"ps", "--min-queue", "1"}, {"roots"},
	{"tree"}, {"tree", "root"}, {"tree", "root", "--depth", "1"}, {"tree", "root", "--after", "1"}, {"tree", "--mermaid"}, {"apps"},
	{"info", "worker"}, {"info", "account"}, {"state", "account"}, {"stack", "worker"}, {"stacks"}, {"waits"}, {"waits", "--cycles"},
	{"names"}, {"names", "--prefix", "wor"}, {"names", "--limit", "1"}, {"nodes"}, {"conns"}, {"zombies"}, {"runtime"}, {"alarms"}, {"crashes"}, {"events"},
	{"mailbox", "account"}, {"profile", "heap"}, {"profile", "goroutine"}, {"profile", "goroutine", "--by", "process"}, {"profile", "cpu", "--by", "type", "--for", "1ms"},
}

func TestCommands_PrintWhatCanBeReadAndNoSecret(t *testing.T) {
	_, name := startNode(t, remote.InspectRead)
	look := file(t, observerCookie, 0o600)
	for _, args := range looks {
		for _, output := range []string{"json", "jsonl", "table"} {
			code, out, errOut := starctl(t, append([]string{"-n", name, "--observer-cookie-file", look, "-o", output}, args...)...)
			require.Zero(t, code, "%v: %s", args, errOut)
			require.NotContains(t, out, "s3cret")
			require.NotContains(t, out, observerCookie)
			if output == "table" {
				require.Contains(t, out, name)
				continue
			}
			d := json.NewDecoder(strings.NewReader(out))
			values := 0
			for {
				var v any
				if err := d.Decode(&v); err == io.EOF {
					break
				} else {
					require.NoError(t, err, "%v: %s", args, out)
				}
				values++
			}
			if output == "json" {
				require.Equal(t, 1, values, "%v", args)
			}
		}
	}
}

func TestTree_IsDrawn(t *testing.T) {
	_, name := startNode(t, remote.InspectRead)
	_, out, _ := starctl(t, "-n", name, "--cookie-file", file(t, cookie, 0o600), "tree", "root")
	require.Regexp(t, `root <\d+> \(supervisor\)\n└── worker <\d+> \(worker, permanent\)\n$`, out)
}

func TestExitCodes_SayWhatWasWrong(t *testing.T) {
	n, name := startNode(t, remote.InspectControl)
	main, look := file(t, cookie, 0o600), file(t, observerCookie, 0o600)
	for _, c := range []struct {
		want int
		says string
		args []string
	}{
		{0, "", []string{"-n", name, "--cookie-file", main, "call", "account", `{"a": 1}`}},
		{1, "not allowed", []string{"-n", name, "--observer-cookie-file", look, "kill", "worker"}},
		{1, "no supervisor", []string{"-n", name, "--cookie-file", main, "tree", "account"}},
		{0, "", []string{"-n", name, "--cookie-file", main, "state", "account", "--unsafe"}},
		{1, "not allowed", []string{"-n", name, "--observer-cookie-file", look, "state", "account", "--unsafe"}},
		{0, "", []string{"-n", name, "--cookie-file", main, "loglevel", "debug"}},
		{1, "not allowed", []string{"-n", name, "--observer-cookie-file", look, "loglevel", "debug"}},
		{1, "nothing was recorded", []string{"-n", name, "--cookie-file", main, "flight", "--last", "--file", filepath.Join(t.TempDir(), "f")}},
		{0, "", []string{"-n", name, "--cookie-file", main, "observe", "--print"}},
		{2, "of what", []string{"-n", name, "--cookie-file", main, "trace"}},
		{1, "cannot do that", []string{"-n", name, "--cookie-file", main, "trace", "--new", "--kinds", "danced"}},
		{2, "invalid argument", []string{"-n", name, "--cookie-file", main, "profile", "colour"}},
		{2, "not by", []string{"-n", name, "--cookie-file", main, "profile", "cpu", "--by", "colour"}},
		{2, "not known", []string{"-n", name, "--cookie-file", main, "profile", "heap", "--by", "type"}},
		{3, "no such process", []string{"-n", name, "--cookie-file", main, "mailbox", "nobody"}},
		{2, "which node", []string{"ps"}},
		{2, "unknown command", []string{"-n", name, "dance"}},
		{2, "unknown flag", []string{"-n", name, "ps", "--dance"}},
		{2, "accepts 1 arg", []string{"-n", name, "info"}},
		{2, "unknown output", []string{"-n", name, "--cookie-file", main, "-o", "xml", "ps"}},
		{3, "no such process", []string{"-n", name, "--cookie-file", main, "info", "nobody"}},
		{3, "", []string{"-n", name, "--cookie-file", main, "restart", "root", "nobody"}},
		{4, "", []string{"-n", "nobody@127.0.0.1:1", "--cookie-file", main, "ps"}},
		{4, "cookie", []string{"-n", name, "--cookie-file", file(t, "wrong", 0o600), "ps"}},
	} {
		code, _, errOut := starctl(t, c.args...)
		require.Equal(t, c.want, code, "%v: %s", c.args, errOut)
		require.Contains(t, errOut, c.says)
	}
	_, alive := n.Runtime().Whereis("worker")
	require.True(t, alive)
	code, _, _ := starctl(t, "-n", name, "--cookie-file", main, "kill", "worker")
	require.Zero(t, code)
}

func TestCookie_IsReadOnlyFromFilesThatOthersCannotRead(t *testing.T) {
	_, name := startNode(t, remote.InspectRead)
	code, _, errOut := starctl(t, "-n", name, "--cookie-file", file(t, cookie, 0o644), "ps")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "others may read")
	code, _, errOut = starctl(t, "-n", name, "--cookie-file", file(t, "", 0o600), "ps")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "is empty")
	code, _, _ = starctl(t, "-n", name, "--cookie", cookie, "ps")
	require.Equal(t, 2, code, "there is no way to give it on the command line")
	t.Setenv("STARLANG_COOKIE_FILE", file(t, cookie, 0o600))
	code, _, errOut = starctl(t, "-n", name, "ps")
	require.Zero(t, code, errOut)
}

func TestCompletion_OffersLiveNames(t *testing.T) {
	_, name := startNode(t, remote.InspectRead)
	t.Setenv("STARLANG_OBSERVER_COOKIE_FILE", file(t, observerCookie, 0o600))
	_, out, _ := starctl(t, "__complete", "-n", name, "info", "wor")
	require.Contains(t, out, "worker\n")
	require.NotContains(t, out, inspect.Name)
	code, out, _ := starctl(t, "completion", "bash")
	require.Zero(t, code)
	require.Contains(t, out, "starctl")
}

func TestTrace_PrintsEventsAndEndsByItself(t *testing.T) {
	n, name := startNode(t, remote.InspectRead)
	main := file(t, cookie, 0o600)
	for _, limit := range []string{"", "0", "x", "1/x", "-1/s"} {
		code, _, _ := starctl(t, "-n", name, "--cookie-file", main, "trace", "worker", "--limit", limit)
		require.Equal(t, 2, code, limit)
	}
	stop := make(chan struct{})
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		ctx := runtime.NewContext(context.Background(), n.Runtime())
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = genserver.CallAs[any](ctx, "account", "ping")
			}
		}
	}()
	code, out, errOut := starctl(t, "-n", name, "--cookie-file", main, "-o", "jsonl", "trace", "account", "--limit", "5")
	close(stop)
	<-sent
	require.Zero(t, code, errOut)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 5)
	for _, line := range lines {
		var e inspect.TraceEvent
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		require.NotContains(t, line, "ping")
	}
}

func TestProfileAndFlight_WriteFilesForGosTools(t *testing.T) {
	_, name := startNode(t, remote.InspectRead)
	main, dir := file(t, cookie, 0o600), t.TempDir()
	for file, args := range map[string][]string{
		"cpu.pprof": {"profile", "cpu", "--for", "10ms"}, "heap.pprof": {"profile", "heap"}, "flight.trace": {"flight", "--for", "10ms"},
	} {
		path := filepath.Join(dir, file)
		code, out, errOut := starctl(t, append([]string{"-n", name, "--cookie-file", main, "-o", "json"}, append(args, "--file", path)...)...)
		require.Zero(t, code, errOut)
		var said struct{ Bytes int64 }
		require.NoError(t, json.Unmarshal([]byte(out), &said))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, info.Size(), said.Bytes)
		require.Positive(t, said.Bytes)
	}
}

// lines is where a command that goes on writes, by the line.
type lines chan string

func (l lines) Write(b []byte) (int, error) {
	l <- string(b)
	return len(b), nil
}

func TestAlarms_FollowedTellOfABeginAndExitWith5(t *testing.T) {
	n, name := startNode(t, remote.InspectRead)
	ctx := runtime.NewContext(context.Background(), n.Runtime())
	worker, _ := n.Runtime().Whereis("worker")
	for range 6000 {
		require.NoError(t, runtime.Send(ctx, worker, 1))
	}
	follow, stop := context.WithCancel(t.Context())
	defer stop()
	out, code := make(lines, 10), make(chan int, 1)
	args := []string{"-n", name, "--cookie-file", file(t, cookie, 0o600), "-o", "jsonl", "alarms", "-f"}
	go func() { code <- cli.Run(follow, args, strings.NewReader(""), out, io.Discard) }()
	var c inspect.AlarmChange
	require.NoError(t, json.Unmarshal([]byte(<-out), &c))
	require.True(t, c.On)
	require.Equal(t, inspect.AlarmMailbox, c.Kind)
	stop()
	require.Equal(t, 5, <-code)
}
