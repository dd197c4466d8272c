package remote_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }

// authority signs certificates of nodes on loopback.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey

	hosts      []string // names in the certificates that it signs
	noLoopback bool     // and no address
}

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a := &authority{key: key, cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	der, err := x509.CreateCertificate(rand.Reader, a.cert, a.cert, &key.PublicKey, key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return a
}

// files writes a new certificate for a node on loopback.
func (a *authority) files(t *testing.T, dir string) remote.TLSFiles {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "node"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: a.hosts, IPAddresses: a.addresses(),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, &key.PublicKey, a.key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	f := remote.TLSFiles{
		Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem"), CA: filepath.Join(dir, "ca.pem"),
	}
	for path, block := range map[string]*pem.Block{
		f.Cert: {Type: "CERTIFICATE", Bytes: der},
		f.Key:  {Type: "EC PRIVATE KEY", Bytes: keyDER},
		f.CA:   {Type: "CERTIFICATE", Bytes: a.cert.Raw},
	} {
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	}
	return f
}

func (a *authority) addresses() []net.IP {
	if a.noLoopback {
		return nil
	}
	return []net.IP{net.IPv4(127, 0, 0, 1)}
}

func TestTLS_MutualWithoutACookieAndWithRenewedFiles(t *testing.T) {
	ca, dir := newAuthority(t), t.TempDir()
	files := ca.files(t, dir)
	a, b := pairOf(t, remote.Config{TLSSource: files.Load})
	server, err := b.Runtime().Spawn(echo)
	require.NoError(t, err)
	call := func() {
		run(t, a, func(ctx *runtime.Context) error {
			v, err := runtime.Call[note](ctx, server, note{1, "x"})
			require.Equal(t, note{1, "x"}, v)
			return err
		})
	}
	call()

	newAuthority(t).files(t, dir) // another authority, and certificates of it
	_, err = a.Disconnect(bounded(t), b.Name())
	require.NoError(t, err)
	require.NoError(t, a.Connect(bounded(t), b.Name()))
	call()
}

func TestTLS_StrangersAreRefused(t *testing.T) {
	known, strange := newAuthority(t), newAuthority(t)
	all := book{}
	b := all.start(t, "b@test", remote.Config{TLSSource: known.files(t, t.TempDir()).Load})
	for name, cfg := range map[string]remote.Config{
		"stranger@test": {TLSSource: strange.files(t, t.TempDir()).Load},
		"plain@test":    {HandshakeTimeout: time.Second, ConnectTimeout: time.Second},
	} {
		n := all.start(t, name, cfg)
		require.ErrorIs(t, n.Connect(bounded(t), "b@test"), remote.ErrNoConnection)
		require.Empty(t, b.Nodes())
	}
}

func TestTLSFiles_SayWhatIsWrong(t *testing.T) {
	_, err := remote.TLSFiles{}.Load()
	require.ErrorContains(t, err, "read certificate")
	f := newAuthority(t).files(t, t.TempDir())
	f.CA = f.Key
	_, err = f.Load()
	require.ErrorContains(t, err, "no certificate in")
}

// filesFor writes a new certificate for a node on loopback that is also for hosts.
func (a *authority) filesFor(t *testing.T, hosts ...string) remote.TLSFiles {
	a.hosts = hosts
	return a.files(t, t.TempDir())
}

// A certificate is that of a host: a node of another host may not use it.
func TestTLS_NamesAreBoundToCertificatesByOption(t *testing.T) {
	ca, all := newAuthority(t), book{}
	config := func(host string) remote.Config {
		return remote.Config{TLSSource: ca.filesFor(t, host).Load, VerifyName: remote.HostInCertificate, Cookie: "x"}
	}
	b := all.start(t, "b@bee.test", config("bee.test"))
	a := all.start(t, "a@ay.test", config("ay.test"))
	require.NoError(t, a.Connect(bounded(t), "b@bee.test"))

	liar := all.start(t, "admin@10.9.9.9", config("liar.test"))
	err := liar.Connect(bounded(t), "b@bee.test")
	require.ErrorIs(t, err, remote.ErrCertificate)
	require.Equal(t, []string{"a@ay.test"}, b.Nodes())
	require.ErrorIs(t, a.Connect(bounded(t), "admin@10.9.9.9"), remote.ErrCertificate, "nor be dialled under that name")

	_, err = remote.Start(runtime.MustNew(runtime.Config{Name: "c@test"}), remote.Config{VerifyName: remote.HostInCertificate})
	require.ErrorContains(t, err, "VerifyName needs TLS")
}

// When only one of two directions works, somebody is told.
func TestTLS_DirectionThatFailsIsLogged(t *testing.T) {
	ca, all := newAuthority(t), book{}
	logs := lines{make(chan slog.Record, 1000)}
	a := all.start(t, "a@test", remote.Config{TLSSource: ca.filesFor(t).Load, Logger: slog.New(logs), MinBackoff: time.Millisecond})
	ca.noLoopback = true
	b := all.start(t, "b@test", remote.Config{
		TLSSource: ca.filesFor(t, "elsewhere.test").Load, HandshakeTimeout: time.Second, MinBackoff: time.Millisecond,
	})
	require.Error(t, a.Connect(bounded(t), "b@test"), "b's certificate is not for the address that is dialled")
	_ = b.Connect(bounded(t), "a@test") // is refused while a tries, and goes on trying
	awaitNodes(t, b, 1)
	for {
		select {
		case r := <-logs.records:
			if strings.Contains(text(r), "WARN connected, but only because the other node dials") {
				return
			}
		case <-time.After(testTimeout):
			require.Fail(t, "nobody is told")
		}
	}
}
