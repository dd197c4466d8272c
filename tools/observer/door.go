package observer

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The bounds of sessions.
const (
	cookieName  = "starlang_observer"
	sessionTime = 24 * time.Hour
	maxSessions = 100
)

// door lets in those who have a session, or the token.
type door struct {
	opts *Options

	mu       sync.Mutex
	invited  string               // guarded by mu; the secret of the one-time link, "": none
	sessions map[string]time.Time // guarded by mu; until when they last
}

func newDoor(opts *Options) *door { return &door{opts: opts, sessions: make(map[string]time.Time)} }

func (d *door) invite() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.invited = rand.Text()
	return d.opts.Prefix + "/login?" + url.Values{"once": {d.invited}}.Encode()
}

// isOpen reports whether a path, without the prefix, is for everybody.
func (d *door) isOpen(path string) bool {
	return path == "/login" || strings.HasPrefix(path, "/assets/")
}

// admits reports whether the sender of a request is in.
func (d *door) admits(r *http.Request) bool {
	if d.opts.Auth != nil {
		return d.opts.Auth(r)
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && d.isToken(token) {
		return true
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Now().Before(d.sessions[cookie.Value])
}

func (d *door) isToken(s string) bool {
	return d.opts.Token != "" && subtle.ConstantTimeCompare([]byte(s), []byte(d.opts.Token)) == 1
}

// redeem uses up the one-time link if secret is its.
func (d *door) redeem(secret string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.invited == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(d.invited)) != 1 {
		return false
	}
	d.invited = ""
	return true
}

// open begins a session.
func (d *door) open(w http.ResponseWriter, secure bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.sessions) >= maxSessions {
		d.forgetLocked()
	}
	id := rand.Text()
	d.sessions[id] = time.Now().Add(sessionTime)
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: id, Path: d.opts.Prefix + "/", MaxAge: int(sessionTime / time.Second),
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	})
}

// forgetLocked ends the session that ends first.
func (d *door) forgetLocked() {
	var oldest string
	for id, until := range d.sessions {
		if oldest == "" || until.Before(d.sessions[oldest]) {
			oldest = id
		}
	}
	delete(d.sessions, oldest)
}

// serveLogin redeems a one-time link.
func (o *Observer) serveLogin(w http.ResponseWriter, r *http.Request) {
	if !o.door.redeem(r.URL.Query().Get("once")) {
		o.turnAway(w, r)
		return
	}
	o.door.open(w, r.TLS != nil)
	if o.opts.Invited != nil {
		o.opts.Invited(o.Invite())
	}
	http.Redirect(w, r, o.opts.Prefix+"/", http.StatusSeeOther)
}

// takeToken makes a session for somebody who knows the token.
func (o *Observer) takeToken(w http.ResponseWriter, r *http.Request) {
	if !o.door.isToken(r.PostFormValue("token")) {
		o.turnAway(w, r)
		return
	}
	o.door.open(w, r.TLS != nil)
	http.Redirect(w, r, o.opts.Prefix+"/", http.StatusSeeOther)
}

// turnAway answers somebody who is not in.
func (o *Observer) turnAway(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusUnauthorized)
	f := frame{base: o.opts.Prefix, title: "Not signed in", nonce: nonceOf(r)}
	o.render(w, r, signedOut(f, o.opts.Token != ""))
}
