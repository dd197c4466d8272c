package observer_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/observer"
)

// site is an observer of a runtime that is asked without a network.
type site struct {
	*testing.T
	*observer.Observer
	rt *runtime.Runtime
}

const token = "a long token"

func newSite(t *testing.T, opts observer.Options) *site {
	t.Helper()
	rt := newRuntime(t)
	opts.Token, opts.Logger = token, slog.New(slog.DiscardHandler)
	o, err := observer.Handler(rt, opts)
	require.NoError(t, err)
	t.Cleanup(o.Close)
	return &site{t, o, rt}
}

// do asks as somebody who knows the token, unless change says otherwise.
func (s *site) do(method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	s.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:4380"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Authorization", "Bearer "+token)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) get(path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	s.Helper()
	return s.do(http.MethodGet, path, nil, change...)
}

func header(key, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(key, value) }
}

func nobody(r *http.Request) { r.Header.Del("Authorization") }

func host(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }

const here = "/n/" + observer.Local + "/"

func TestRequest_OfAForeignSiteOrNameIsRefused(t *testing.T) {
	s := newSite(t, observer.Options{Control: true, Hosts: []string{"ops.example"}})
	kill := url.Values{"do": {"kill"}, "target": {pid.New(s.rt.Node().ID(), 1).String()}}
	require.Equal(t, http.StatusForbidden, s.do(http.MethodPost, here+"act", kill, header("Sec-Fetch-Site", "cross-site")).Code)
	require.Equal(t, http.StatusForbidden, s.do(http.MethodPost, here+"act", kill, header("Origin", "http://evil.example")).Code)
	require.Equal(t, http.StatusForbidden, s.get("/", host("evil.example")).Code)
	require.Equal(t, http.StatusForbidden, s.get("/", host("evil.example:4380")).Code)
	require.Equal(t, http.StatusForbidden, s.get("/", host("127.0.0.1.evil.example")).Code)
	for _, good := range []string{"localhost:4380", "127.0.0.1", "[::1]:4380", "ops.example:80"} {
		require.Equal(t, http.StatusOK, s.get("/", host(good)).Code, good)
	}
}

func TestRequest_BeyondLoopbackNeedsTLSAndAToken(t *testing.T) {
	s := newSite(t, observer.Options{Hosts: []string{"ops.example"}})
	by := func(ip string) func(*http.Request) {
		return func(r *http.Request) {
			addr := &net.TCPAddr{IP: net.ParseIP(ip), Port: 4380}
			*r = *r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(addr)))
			r.Host = "ops.example"
		}
	}
	require.Equal(t, http.StatusForbidden, s.get("/", by("10.0.0.1")).Code)
	require.Equal(t, http.StatusOK, s.get("/", by("127.0.0.1")).Code)
}

func TestRequest_WithoutSessionSeesNothing(t *testing.T) {
	s := newSite(t, observer.Options{Prefix: "/see"})
	for _, path := range []string{"/see/", "/see" + here, "/see" + here + "processes"} {
		w := s.get(path, nobody)
		require.Equal(t, http.StatusUnauthorized, w.Code)
		require.NotContains(t, w.Body.String(), "processes")
	}
	require.Equal(t, http.StatusUnauthorized, s.get("/see/", header("Authorization", "Bearer wrong")).Code)
	require.Equal(t, http.StatusNotFound, s.get("/seen/").Code)
}

func TestInvite_LetsInOnce(t *testing.T) {
	next := ""
	s := newSite(t, observer.Options{Prefix: "/see", Invited: func(path string) { next = path }})
	link := s.Invite()
	first := s.get(link, nobody)
	require.Equal(t, http.StatusSeeOther, first.Code)
	cookies := first.Result().Cookies()
	require.Len(t, cookies, 1)
	require.Equal(t, http.SameSiteStrictMode, cookies[0].SameSite)
	require.True(t, cookies[0].HttpOnly)
	require.Equal(t, "/see/", cookies[0].Path)
	require.Equal(t, http.StatusOK, s.get("/see/", nobody, func(r *http.Request) { r.AddCookie(cookies[0]) }).Code)
	require.Equal(t, http.StatusUnauthorized, s.get(link, nobody).Code, "the link was used up")
	require.NotEqual(t, link, next)
	require.Equal(t, http.StatusSeeOther, s.get(next, nobody).Code)
}

func TestToken_LetsInByTheForm(t *testing.T) {
	s := newSite(t, observer.Options{})
	require.Equal(t, http.StatusUnauthorized, s.do(http.MethodPost, "/login", url.Values{"token": {"wrong"}}, nobody).Code)
	w := s.do(http.MethodPost, "/login", url.Values{"token": {token}}, nobody)
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Len(t, w.Result().Cookies(), 1)
}

func TestAct_IsRefusedToThoseWhoOnlyLook(t *testing.T) {
	s := newSite(t, observer.Options{})
	p := spawn(t, s.rt, runtime.SpawnOptions{Name: "victim"}, idle)
	w := s.do(http.MethodPost, here+"act", url.Values{"do": {"kill"}, "target": {p.String()}})
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.True(t, s.rt.IsAlive(p))
	require.NotContains(t, s.get(here+"process?p=victim").Body.String(), "Kill")
}

func TestAct_ConfirmsAndMeansOneStartOfTheNode(t *testing.T) {
	s := newSite(t, observer.Options{Control: true})
	p := spawn(t, s.rt, runtime.SpawnOptions{Name: "victim"}, idle)
	ask := s.get(here + "confirm?do=kill&p=victim").Body.String()
	require.Contains(t, ask, "victim")
	require.Contains(t, ask, strings.ReplaceAll(strings.ReplaceAll(p.String(), "<", "&lt;"), ">", "&gt;"))
	require.True(t, s.rt.IsAlive(p), "a GET changes nothing")
	for _, target := range []string{"victim", "1", "<0.1.7>"} {
		w := s.do(http.MethodPost, here+"act", url.Values{"do": {"kill"}, "target": {target}})
		require.NotEqual(t, http.StatusSeeOther, w.Code, target)
	}
	require.True(t, s.rt.IsAlive(p))
	w := s.do(http.MethodPost, here+"act", url.Values{"do": {"kill"}, "target": {p.String()}})
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	require.False(t, s.rt.IsAlive(p))
}

// allPaths are the addresses of all pages.
func allPaths() []string {
	all := []string{"/"}
	for _, p := range pages {
		all = append(all, here+p.path)
	}
	return all
}

func TestPages_ShowNoSecretAndEscapeWhatOthersWrote(t *testing.T) {
	s := newSite(t, observer.Options{})
	inhabit(t, s.rt, 5)
	for _, path := range allPaths() {
		w := s.get(path)
		require.Equal(t, http.StatusOK, w.Code, path)
		require.NotContains(t, w.Body.String(), hostileLabel, path)
		require.NotContains(t, w.Body.String(), secret, path)
		require.NotContains(t, w.Body.String(), token, path)
		policy := w.Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.Contains(t, policy, "frame-ancestors 'none'")
		require.NotContains(t, policy, "unsafe")
		require.NotContains(t, w.Body.String(), "style=", "the policy forbids it")

		w = s.get(path, header("Accept", "application/json"))
		require.True(t, json.Valid(w.Body.Bytes()), path)
		require.NotContains(t, w.Body.String(), secret, path)
	}
	w := s.get(here + "processes?q=hostile")
	require.Contains(t, w.Body.String(), "&lt;script&gt;")
	w = s.get(here + "process?p=vault&show=state")
	require.Contains(t, w.Body.String(), "vault", "of a state the types are shown")
	require.NotContains(t, w.Body.String(), secret)
}

func TestPages_WhatIsNotThereIsAnError(t *testing.T) {
	s := newSite(t, observer.Options{})
	for path, code := range map[string]int{
		here + "process?p=nobody":       http.StatusNotFound,
		here + "processes?window=often": http.StatusBadRequest,
		here + "trace?id=7":             http.StatusNotFound,
		here + "nothing":                http.StatusNotFound,
		"/n/elsewhere/":                 http.StatusNotFound,
	} {
		require.Equal(t, code, s.get(path).Code, path)
	}
}

func TestLogin_IsNoWayAroundTheHostCheck(t *testing.T) {
	s := newSite(t, observer.Options{})
	w := s.get(s.Invite(), host("evil.example"), nobody)
	require.Equal(t, http.StatusForbidden, w.Code)
	b, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	require.NotContains(t, string(b), "cookie")
}
