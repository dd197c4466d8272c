package remote_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// Each of these peers stays within the limits of its connection. All of them together meet
// those of the node, and the honest peer is served meanwhile.
func TestLimits_SumsAreBounded(t *testing.T) {
	const peers = 10
	large := bytes.Repeat([]byte{7}, 60_000)
	for name, c := range map[string]struct {
		limits remote.Config
		bound  uint64 // of the heap, while they all go on
		attack func(f *fortress, v *villain)
	}{
		"requests whose answers are not read": {
			remote.Config{QueueBytes: 64 << 10, BacklogBytes: 32 << 20, NodeBacklogBytes: 16 << 20}, 64 << 20,
			func(f *fortress, v *villain) {
				for range 100_000 {
					if _, err := v.Write(bytes.Repeat(wire.AppendInfo(nil, wire.NodeInfo, 1, 0), 50)); err != nil {
						return
					}
				}
			},
		},
		"fragments of bodies that never end": {
			remote.Config{MaxMessageBytes: 16 << 20, NodeFragmentBytes: 32 << 20}, 128 << 20,
			func(f *fortress, v *villain) {
				for sent := 0; sent < 15<<20; sent += len(large) {
					if _, err := v.Write(wire.AppendFragment(nil, 16<<20-sent-len(large), large)); err != nil {
						return
					}
				}
			},
		},
		"messages to a full mailbox": {
			remote.Config{WaitingBytes: 8 << 20, NodeWaitingBytes: 16 << 20}, 64 << 20,
			func(f *fortress, v *villain) {
				message := messageTo(stuck(v, f.node), 1, string(large))
				for range 130 {
					if _, err := v.Write(message); err != nil {
						return
					}
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := book{}
			c.limits.Cookie = villainCookie
			f := &fortress{TB: t, node: all.start(t, "fort@test", c.limits), friend: all.start(t, "friend@test", c.limits)}
			var err error
			f.server, err = f.node.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "echo"}, echo)
			require.NoError(t, err)
			f.serves()
			before := heapBytes()
			var attacks sync.WaitGroup
			for i := range peers {
				v := dialAs(t, f.node.Addr().String())
				v.join(fmt.Sprintf("villain%d@test", i))
				require.NoError(t, v.SetDeadline(time.Now().Add(time.Second/2))) // they are held up, some of them
				attacks.Go(func() { c.attack(f, v) })
			}
			attacks.Wait()
			// They are still connected, so that what does not come down is kept.
			require.Eventually(t, func() bool { return heapBytes() < before+c.bound }, testTimeout, 10*time.Millisecond)
			run(t, f.friend, func(ctx *runtime.Context) error {
				_, err := runtime.Call[note](ctx, f.server, note{1, "x"})
				return err
			})
		})
	}
}

// What has arrived of a peer that has gone since still counts.
func TestLimits_WhatWaitsOfTheGoneCounts(t *testing.T) {
	inLab(t, func(l *lab) {
		const limit = 4 << 20
		n := l.node("fort@test", func(c *remote.Config) {
			c.Cookie, c.WaitingBytes, c.NodeWaitingBytes = villainCookie, 1<<20, limit
		})
		message := messageTo(stuck(l, n), 1, string(make([]byte, 60_000)))
		for range 40 {
			v := l.villain(n)
			go v.Write(bytes.Repeat(message, 30))
			after(time.Second)
			_ = v.Close()
			after(time.Minute)
		}
		require.Empty(l, n.Nodes())
		require.Greater(l, remote.WaitingBytes(n), int64(limit))
		require.Less(l, remote.WaitingBytes(n), int64(2*limit))
	})
}

func TestLimits_ConnectionsBeyondMaxConnsAreRefused(t *testing.T) {
	inLab(t, func(l *lab) {
		hub := l.node("hub@test", func(c *remote.Config) { c.MaxConns = 2 })
		one, two, three := l.node("one@test"), l.node("two@test"), l.node("three@test")
		l.connect(one, hub)
		l.connect(hub, two)
		err := three.Connect(bounded(l), "hub@test")
		require.ErrorContains(l, err, "too many connections")
		require.ErrorIs(l, hub.Connect(bounded(l), "three@test"), remote.ErrTooManyConns)
		_, err = hub.Disconnect(bounded(l), "two@test")
		require.NoError(l, err)
		after(remote.DefaultMaxBackoff + time.Second)
		require.Equal(l, []string{"one@test", "three@test"}, hub.Nodes(), "three has gone on trying")
	})
}

func spawnHeld(req uint64, function string) []byte {
	spawn, err := term.AppendMessage(wire.AppendSpawn(nil, req, 1, function, true), nil)
	if err != nil {
		panic(err)
	}
	return frame.End(spawn, 0)
}

func TestLimits_HeldSpawnsAndRelationsOfAllAreCounted(t *testing.T) {
	for name, frame := range map[string]func(n *remote.Node, i uint64) []byte{
		"held spawns": func(_ *remote.Node, i uint64) []byte { return spawnHeld(i, "idle") },
		"monitors": func(n *remote.Node, i uint64) []byte {
			for p := range n.Runtime().PIDs() {
				return monitorOf(p.ID(), i)
			}
			panic("no process")
		},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(l *lab) {
				n := l.node("fort@test", func(c *remote.Config) {
					c.Cookie, c.MaxConns = villainCookie, 10
					c.MaxHeldSpawns, c.NodeHeldSpawns, c.MaxRelations, c.NodeRelations = 60, 100, 60, 100
				})
				require.NoError(l, n.RegisterFunc("idle", func(ctx *runtime.Context, _ any) error { return idle(ctx) }))
				l.spawn(n, idle)
				join := func(name string) *villain {
					c, err := l.net.Host(name).Dial(bounded(l), "fort@test")
					require.NoError(l, err)
					v := onConn(l, c)
					v.join(name)
					return v
				}
				first, second, third := join("first@test"), join("second@test"), join("third@test")
				for i := range uint64(55) {
					first.send(frame(n, i))
				}
				after(time.Second)
				for i := range uint64(55) {
					_, _ = second.Write(frame(n, i)) // it is ended meanwhile
				}
				after(time.Second)
				for i := range uint64(9) { // a tenth of the sum is always there
					third.send(frame(n, i))
				}
				after(time.Second)
				require.Equal(l, []string{"first@test", "third@test"}, n.Nodes())
				for i := range uint64(7) {
					_, _ = first.Write(frame(n, 100+i)) // one of them ends it
				}
				after(time.Second)
				require.Equal(l, []string{"third@test"}, n.Nodes())
			})
		})
	}
}

func TestFragments_BodyThatTakesTooLongIsGivenUp(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", withCookie(villainCookie))
		v := l.villain(n)
		for left := 1000; ; left-- {
			if _, err := v.Write(wire.AppendFragment(nil, left, []byte{1})); err != nil {
				break
			}
			require.Positive(l, left)
			after(time.Second)
		}
		require.Empty(l, n.Nodes())
	})
}

func TestFragments_LimitIsThatOfTheBody(t *testing.T) {
	inLab(t, func(l *lab) {
		const limit = 1 << 20
		a := l.node("a@test", func(c *remote.Config) { c.MaxMessageBytes, c.Cookie = limit, villainCookie })
		b := l.node("b@test", func(c *remote.Config) { c.MaxMessageBytes, c.Cookie = limit, villainCookie })
		in := l.inbox(b, nil)
		fits := limit
		send := func(size int) error {
			return a.Runtime().Send(bounded(l), in.pid, strings.Repeat("x", size))
		}
		for send(fits) != nil {
			fits--
		}
		require.Greater(l, fits, limit-64)
		require.Len(l, in.all(), 1)
		require.ErrorIs(l, send(fits+1), term.ErrTooLarge)

		v := l.villain(a)
		v.send(wire.AppendFragment(nil, limit-99, make([]byte, 100)))
		require.Contains(l, v.expectEnd(), "longer than the limit")
	})
}
