//go:build chromium

package observer_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/observer"
)

// press presses keys, and waits until what is to be is so.
func (b *browser) press(keys, then string) {
	b.Helper()
	b.run(chromedp.KeyEvent(keys))
	b.await(then)
}

// await waits until an expression is true and the page, which may be another one by then,
// has its script: before that keys do nothing.
func (b *browser) await(then string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pageTime)
	defer cancel()
	require.Eventually(b, func() bool {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState == "complete" && !!(`+then+")"))
		return err == nil && is // an error: the page is just being replaced
	}, pageTime, 20*time.Millisecond, then)
}

// marked is that the row is the one that is marked.
func marked(row int) string {
	return fmt.Sprintf(`document.querySelectorAll("#live [data-row]")[%d].classList.contains("here")`, row)
}

// Whoever has no mouse filters a list, goes through its rows, opens one and comes back.
func TestKeys_DoWhatAMouseDoes(t *testing.T) {
	rt := newRuntime(t)
	inhabit(t, rt, 20)
	o, err := observer.Handler(rt, observer.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(o)
	defer server.Close()
	defer o.Close() // before: it ends the streams
	b := newBrowser(t)
	b.run(chromedp.Navigate(server.URL+o.Invite()),
		chromedp.Navigate(server.URL+"/n/"+observer.Local+"/processes?window=0s"),
		chromedp.WaitVisible(chromedp.CSS("#live [data-row]")))

	b.press("j", marked(0))
	b.press("j", marked(1))
	b.press("k", marked(0))
	b.press("k", marked(0)) // there is none above
	b.press(kb.Escape, `!document.querySelector(".here")`)

	// As one event, as a keyboard does: KeyEvent types a character also if the page has taken the key.
	slash := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "/", Code: "Slash", Text: "/"}
	b.run(command(input.DispatchKeyEvent, slash))
	b.await(`document.activeElement.matches("input.search")`)
	b.press(kb.Escape, `!document.activeElement.matches("input")`)
	b.run(command(input.DispatchKeyEvent, slash))
	b.await(`document.activeElement.matches("input.search")`)
	b.press("vault", `document.activeElement.value == "vault"`) // no j, k or slash of it is a command
	b.press(kb.Enter, `location.search.includes("vault") && document.querySelectorAll("#live [data-row]").length == 1`)
	b.press("j", marked(0))
	b.press(kb.Enter, `location.pathname.endsWith("/process") && document.querySelector("main h1")`)
	b.press(kb.Escape, `location.pathname.endsWith("/processes")`)
	b.isContent("after all keys")
	require.NoError(t, chromedp.Cancel(b.ctx))
	o.Close()
}
