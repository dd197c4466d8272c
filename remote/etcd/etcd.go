package etcd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// DefaultSilence is how long a watch may bring nothing.
const DefaultSilence = 3 * time.Second

// Config says where etcd is. A zero field means its default.
type Config struct {
	// Endpoints are the URLs of all members, in any order: each directory begins with one of
	// its own choice, and goes on to another when that fails.
	Endpoints []string
	// TLS makes the connections TLS. Endpoints are then https URLs.
	TLS *tls.Config
	// Username and Password, if set, are those of a user of etcd.
	Username, Password string
	// Silence is how long a watch may bring nothing, not even the sign of life that is
	// asked for twice in that time. Then it is opened anew with another member.
	Silence time.Duration
}

// Directory is etcd as a directory. All goroutines may share it.
type Directory struct {
	cfg     Config
	members []*clientv3.Client // one for each endpoint
	current atomic.Uint32      // publishes, modulo their number, the member that is asked
}

var (
	_ directory.Directory = (*Directory)(nil)
	_ directory.Session   = (*session)(nil)
)

// New returns a directory. It connects when it is used.
func New(cfg Config) (*Directory, error) {
	if len(cfg.Endpoints) == 0 {
		return nil, errors.New("etcd: no endpoints")
	}
	if cfg.Silence == 0 {
		cfg.Silence = DefaultSilence
	}
	d := &Directory{cfg: cfg}
	for _, endpoint := range shuffled(cfg.Endpoints) {
		c, err := clientv3.New(clientConfig(cfg, endpoint))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("etcd: %s: %w", endpoint, err), d.Close())
		}
		d.members = append(d.members, c)
	}
	return d, nil
}

// shuffled returns endpoints in an order of this directory's own. So the nodes of a cluster,
// which have the same list, do not all ask the same member.
func shuffled(endpoints []string) []string {
	own := slices.Clone(endpoints)
	rand.Shuffle(len(own), func(i, j int) { own[i], own[j] = own[j], own[i] })
	return own
}

func clientConfig(cfg Config, endpoint string) clientv3.Config {
	return clientv3.Config{
		Endpoints: []string{endpoint},
		TLS:       cfg.TLS,
		Username:  cfg.Username,
		Password:  cfg.Password,
		Logger:    zap.NewNop(), // what fails is returned
		DialOptions: []grpc.DialOption{grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: time.Second,
		})},
	}
}

// Close closes the connections. Sessions that are open end by themselves.
func (d *Directory) Close() error {
	var errs []error
	for _, c := range d.members {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// do makes one try with the present member. If it fails the next try is with another.
func (d *Directory) do(ctx context.Context, try func(*clientv3.Client) error) error {
	now := d.current.Load()
	err := try(d.members[int(now)%len(d.members)])
	switch {
	case err == nil:
		return nil
	case errors.Is(err, rpctypes.ErrLeaseNotFound):
		return directory.ErrSessionLost
	}
	d.leave(now)
	return errors.Join(directory.ErrUnknown, err)
}

// leave goes to the next member, unless somebody has done so already.
func (d *Directory) leave(now uint32) { d.current.CompareAndSwap(now, now+1) }

// Open implements [directory.Directory].
func (d *Directory) Open(ctx context.Context, ttl time.Duration) (directory.Session, error) {
	var lease clientv3.LeaseID
	err := d.do(ctx, func(c *clientv3.Client) error {
		granted, err := c.Grant(ctx, int64(math.Ceil(ttl.Seconds())))
		if err == nil {
			lease = granted.ID
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("etcd: open a session: %w", err)
	}
	return &session{dir: d, lease: lease, guard: guardKey(lease)}, nil
}

// Get implements [directory.Directory].
func (d *Directory) Get(ctx context.Context, key string) (directory.Entry, error) {
	var got *clientv3.GetResponse
	err := d.do(ctx, func(c *clientv3.Client) (err error) {
		got, err = c.Get(ctx, key)
		return err
	})
	switch {
	case err != nil:
		return directory.Entry{}, fmt.Errorf("etcd: get %s: %w", key, err)
	case len(got.Kvs) == 0:
		return directory.Entry{}, directory.ErrNotFound
	}
	return entryOf(got.Kvs[0]), nil
}

// List implements [directory.Directory].
func (d *Directory) List(ctx context.Context, prefix string) ([]directory.Entry, directory.Revision, error) {
	var got *clientv3.GetResponse
	err := d.do(ctx, func(c *clientv3.Client) (err error) {
		got, err = c.Get(ctx, prefix, clientv3.WithPrefix())
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("etcd: list %s: %w", prefix, err)
	}
	entries := make([]directory.Entry, len(got.Kvs))
	for i, kv := range got.Kvs {
		entries[i] = entryOf(kv)
	}
	return entries, directory.Revision(got.Header.Revision), nil
}

func entryOf(kv *mvccpb.KeyValue) directory.Entry {
	return directory.Entry{
		Key: string(kv.Key), Value: kv.Value,
		Fence: directory.Fence(kv.ModRevision), Owner: sessionID(clientv3.LeaseID(kv.Lease)),
	}
}

// sessionID returns the form in which etcd's own tools show a lease.
func sessionID(l clientv3.LeaseID) directory.SessionID {
	return directory.SessionID(strconv.FormatInt(int64(l), 16))
}

// keepAlive makes one try to renew a lease, over a stream of its own.
func keepAlive(ctx context.Context, c *clientv3.Client, lease clientv3.LeaseID) (time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the stream
	stream, err := pb.NewLeaseClient(c.ActiveConnection()).LeaseKeepAlive(clientv3.WithRequireLeader(ctx))
	if err != nil {
		return 0, err
	}
	if err := stream.Send(&pb.LeaseKeepAliveRequest{ID: int64(lease)}); err != nil {
		return 0, err
	}
	r, err := stream.Recv()
	switch {
	case err != nil:
		return 0, err
	case r.TTL <= 0:
		return 0, rpctypes.ErrLeaseNotFound
	}
	return time.Duration(r.TTL) * time.Second, nil
}
