//go:build chromium

package observer_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/observer"
)

// shots is where the screenshots go that people may want to look at.
var shots = flag.String("shots", "", "directory for screenshots; empty: none are kept")

// browser is a Chromium with one tab, and what it complained of.
type browser struct {
	*testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string // guarded by mu
}

// pageTime bounds what a page may take in a browser on a busy machine.
const pageTime = 2 * time.Minute

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	require.NoError(t, err)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(pageTime))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{T: t, ctx: ctx}
	require.NoError(t, chromedp.Do(ctx)) // starts the browser, which lives as long as this context
	require.NoError(t, chromedp.Listen(ctx, b.listen))
	b.run(command(log.Enable, cdp.Empty{}), command(cdpruntime.Enable, cdp.Empty{}))
	return b
}

// listen notes what a browser complains of: errors, and what the policy has blocked.
func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		b.complaints = append(b.complaints, fmt.Sprintf("exception: %+v", e.ExceptionDetails))
	case *cdpruntime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			var text []string
			for _, a := range e.Args {
				text = append(text, string(a.Value), a.Description)
			}
			b.complaints = append(b.complaints, "console: "+strings.Join(text, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Source == log.EntrySourceSecurity {
			b.complaints = append(b.complaints, fmt.Sprintf("log: %s %s", e.Entry.Text, e.Entry.URL))
		}
	}
}

// command is a command of the protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *browser) run(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pageTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.isContent("when it failed")
		require.NoError(b, err)
	}
}

// get returns what an action finds.
func get[T any](b *browser, a chromedp.Action[T]) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pageTime)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	require.NoError(b, err)
	return v
}

// isContent fails if the browser has complained of the page.
func (b *browser) isContent(what string) {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b, b.complaints, what)
}

// look is how a page is looked at.
type look struct {
	name   string
	scheme string
	width  int64
	script bool
}

var looks = []look{
	{"light", "light", 1280, true},
	{"dark", "dark", 1280, true},
	{"narrow", "light", 400, true},
	{"plain", "light", 1280, false},
}

func (b *browser) use(l look) {
	b.run(
		chromedp.EmulateViewport(l.width, 900),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}},
		}),
		command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !l.script}),
	)
}

// shoot keeps a picture of the page.
func (b *browser) shoot(name string) []byte {
	b.Helper()
	picture := get(b, chromedp.CaptureScreenshot())
	if *shots != "" {
		require.NoError(b, os.MkdirAll(*shots, 0o755))
		require.NoError(b, os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o644))
	}
	return picture
}

func TestPages_InABrowserWithAndWithoutScript(t *testing.T) {
	rt := newRuntime(t)
	inhabit(t, rt, 20) // few enough to be drawn
	o, err := observer.Handler(rt, observer.Options{})
	require.NoError(t, err)
	crash(t, rt) // now that somebody takes note
	server := httptest.NewServer(o)
	defer server.Close()
	defer o.Close() // before: it ends the streams
	b := newBrowser(t)
	b.run(chromedp.Navigate(server.URL + o.Invite()))
	for _, l := range looks {
		b.use(l)
		b.visit(l, "nodes", server.URL+"/")
		for _, p := range pages {
			b.visit(l, p.name, server.URL+"/n/"+observer.Local+"/"+p.path)
		}
	}
	require.NoError(t, chromedp.Cancel(b.ctx))
	o.Close()
}

// visit opens a page, waits for it to be whole and looks for complaints.
func (b *browser) visit(l look, name, url string) {
	b.Helper()
	b.run(chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("main h1")))
	if l.script && !strings.HasPrefix(name, "profile") {
		b.run(chromedp.WaitVisible(chromedp.CSS("#pulse")))
	}
	switch {
	case l.script && strings.HasSuffix(name, "overview"):
		b.run(chromedp.WaitVisible(chromedp.CSS(".chart canvas")))
	case l.script && name == "trees":
		b.run(chromedp.WaitVisible(chromedp.CSS(".forest circle")))
	}
	text := get(b, chromedp.Text(chromedp.CSS("main")))
	require.NotContains(b, text, "did not work", name)
	require.NotContains(b, text, secret, name)
	b.shoot(name + "-" + l.name)
	b.isContent(name + " " + l.name)
	if l.width < 600 {
		wide := get(b, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`))
		require.False(b, wide, "%s is wider than the screen", name)
	}
}

// build builds a program of the examples.
func build(t *testing.T, module, name string) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), name)
	build := exec.Command("go", "build", "-C", module, "-o", program, "./"+name)
	build.Env = append(os.Environ(), "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}

func freeAddress(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, free.Close())
	return free.Addr().String()
}

// kvstore builds and runs the example under chaos, and returns its node's name.
func kvstore(t *testing.T) string {
	t.Helper()
	program, address := build(t, "../../examples", "kvstore"), freeAddress(t)
	run := exec.Command(program, "-chaos", "-observe", address)
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		require.NoError(t, run.Process.Kill())
		_ = run.Wait() // it was killed
	})
	return "kvstore@" + address
}

// maxPictureBytes is what the picture of the README may have.
const maxPictureBytes = 200 << 10

func TestAttach_ShowsTheStoreUnderChaos(t *testing.T) {
	node := kvstore(t)
	o, err := observer.Attach([]observer.Node{{Name: node}}, observer.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(o)
	defer server.Close()
	defer o.Close() // before: it ends the streams
	b := newBrowser(t)
	b.run(chromedp.Navigate(server.URL + o.Invite()))
	at := server.URL + "/n/" + node + "/"
	for _, l := range looks[:2] {
		b.use(l)
		b.run(chromedp.EmulateViewport(1100, 620))
		b.visit(l, "kvstore-nodes", server.URL+"/")
		for name, path := range map[string]string{"overview": "", "processes": "processes", "applications": "apps"} {
			b.visit(l, "kvstore-"+name, at+path)
		}
		b.run(
			chromedp.Navigate(at+"trees"), chromedp.WaitVisible(chromedp.CSS(".forest circle")),
			chromedp.WaitVisible(chromedp.CSS(".branch.heat1 .note")), // something has been restarted
		)
		require.Less(t, len(b.shoot("kvstore-trees-"+l.name)), maxPictureBytes)
		b.isContent("trees")
	}
	require.NoError(t, chromedp.Cancel(b.ctx))
}

// carts builds the example of carts and runs two nodes of it, and returns their names.
func carts(t *testing.T) (nodes []observer.Node) {
	t.Helper()
	program, etcd, db := build(t, "../../examples/cluster", "cart"), freeAddress(t), filepath.Join(t.TempDir(), "carts.db")
	for _, name := range []string{"ann", "bob"} {
		address := freeAddress(t)
		run := exec.Command(program, "-etcd", etcd, "-db", db, "-name", name, "-observe", address)
		said, err := run.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, run.Start())
		t.Cleanup(func() {
			require.NoError(t, run.Process.Signal(os.Interrupt))
			_ = run.Wait() // how it ends is not our matter
		})
		_, err = bufio.NewReader(said).ReadString('\n') // it is a member
		require.NoError(t, err)
		nodes = append(nodes, observer.Node{Name: name + "@" + address})
	}
	return nodes
}

func TestAttach_ShowsTheClusterOfCarts(t *testing.T) {
	nodes := carts(t)
	o, err := observer.Attach(nodes, observer.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(o)
	defer server.Close()
	defer o.Close() // before: it ends the streams
	b := newBrowser(t)
	b.run(chromedp.Navigate(server.URL + o.Invite()))
	for _, l := range looks {
		b.use(l)
		b.visit(l, "cluster-carts", server.URL+"/n/"+nodes[0].Name+"/cluster")
		text := get(b, chromedp.Text(chromedp.CSS("main")))
		require.Contains(b, text, nodes[1].Name)
		require.Contains(b, text, "session good")
	}
	b.visit(looks[0], "cluster-nobody", server.URL+"/n/"+nodes[0].Name+"/cluster?q=nobody&whole=1")
	require.Contains(b, get(b, chromedp.Text(chromedp.CSS("main"))), "Nobody has this name")
	require.NoError(t, chromedp.Cancel(b.ctx))
}

func TestTrees_OfTenThousandChildrenAreAPage(t *testing.T) {
	rt := newRuntime(t)
	inhabit(t, rt, 10_000)
	o, err := observer.Handler(rt, observer.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(o)
	defer server.Close()
	defer o.Close() // before: it ends the streams
	b := newBrowser(t)
	b.use(looks[0])
	b.run(
		chromedp.Navigate(server.URL+o.Invite()), chromedp.Navigate(server.URL+here+"trees?root=crowd&after=9900"),
		chromedp.WaitVisible(chromedp.CSS(".pager")),
	)
	require.Contains(t, get(b, chromedp.Text(chromedp.CSS("main"))), "worker-09999")
	require.Equal(t, 101, get(b, chromedp.Evaluate[int](`document.querySelectorAll(".branch").length`)))
	t.Logf("open after %.0f ms", get(b, chromedp.Evaluate[float64](`performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`)))
	b.shoot("crowd-light")
	b.isContent("the crowd")
	require.NoError(t, chromedp.Cancel(b.ctx))
}
