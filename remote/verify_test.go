package remote_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
)

// Whatever VerifyName does costs the handshake that it was called for: nodes that are connected
// stay so, and others connect meanwhile. One that hangs is left when the time of a handshake is
// over, or its place is needed, and how many hang is bounded.
func TestGuard_VerifyNameCostsItsHandshakeOnly(t *testing.T) {
	for what, act := range sabotage {
		t.Run(what, func(t *testing.T) {
			inLab(t, func(l *lab) {
				ca := newAuthority(t)
				files := ca.filesFor(t, "node.test")
				secure := func(c *remote.Config) {
					c.TLSSource = func() (*tls.Config, error) {
						cfg, err := files.Load()
						if cfg != nil {
							cfg.ServerName = "node.test"
						}
						return cfg, err
					}
				}
				release := make(chan struct{})
				var inside atomic.Int64
				hub := l.node("hub@test", secure, func(c *remote.Config) {
					c.MaxPendingHandshakes = 4
					c.VerifyName = func(node string, cert *x509.Certificate) error {
						if cert.VerifyHostname("node.test") != nil {
							return errors.New("another's")
						}
						if len(node) > len("good1@test") { // bad
							inside.Add(1)
							defer inside.Add(-1)
							act(release)
						}
						return nil
					}
				})
				first := l.node("good1@test", secure)
				l.connect(first, hub)
				failed := make(chan error, 20)
				for n := range cap(failed) {
					bad := l.node(fmt.Sprintf("badnode%d@test", n), secure)
					go func() { failed <- bad.Connect(bounded(l), "hub@test") }()
				}
				synctest.Wait()
				l.connect(l.node("good2@test", secure), hub)
				for range cap(failed) {
					require.Error(l, <-failed)
				}
				after(2 * remote.DefaultHandshakeTimeout)
				l.connect(l.node("good3@test", secure), hub)
				require.Subset(l, hub.Nodes(), []string{"good1@test", "good2@test", "good3@test"})
				require.NoError(l, hub.Close(bounded(l)))
				close(release)
				synctest.Wait()
				require.Zero(l, inside.Load())
			})
		})
	}
}
