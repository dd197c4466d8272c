package main

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/directory"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// workersName is the supervisor of the workers.
const workersName = "workers"

// service is what the parts of the program share.
type service struct {
	workers *directory.Directory // by destination
	outbox  *outbox
	count   counters
	listens func(address string) // is told at each start of the front; nil: nobody

	mu       sync.Mutex
	address  string       // where to serve; the port is known once it was listened on
	listener net.Listener // the present one
}

func newService(address string) *service {
	return &service{workers: directory.New(directory.Unique), outbox: newOutbox(), address: address}
}

// app is the application. The front is started last, so it stops first: then the workers
// have their time to deliver what it has accepted.
func (s *service) app() application.App {
	worker := supervisor.ChildSpec{ID: "worker", Restart: supervisor.Transient, Shutdown: drainTime + time.Second}
	root := supervisor.Spec{Strategy: supervisor.RestForOne, Intensity: 5, Period: time.Minute, Children: []supervisor.ChildSpec{
		{ID: "directory", Start: s.workers.Start},
		supervisor.Child(workersName, supervisor.Spec{
			Name: workersName, Strategy: supervisor.Dynamic, MaxChildren: 1000, Intensity: 10, Period: time.Second,
			Template: supervisor.NewTemplate(worker, func(ctx context.Context, url string) (pid.PID, error) {
				return startWorker(ctx, s, url)
			}),
		}),
		{ID: "resume", Start: supervisor.Body(s.resume), Restart: supervisor.Transient},
		{ID: "front", Start: s.startFront(), Shutdown: drainTime},
	}}
	return application.App{
		Name: "webhook",
		Root: func(any) (supervisor.Spec, error) { return root, nil },
	}
}

// resume starts the workers that have something to do. It is for the case that their
// supervisor has given up, and they are all gone.
func (s *service) resume(ctx *runtime.Context) error {
	urls, _ := s.outbox.waiting()
	for _, url := range urls {
		if err := startOnce(ctx, url); err != nil {
			return err
		}
	}
	return nil
}

// listen listens where the front did before, if it did.
func (s *service) listen() (net.Listener, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		return nil, err
	}
	s.listener, s.address = l, l.Addr().String()
	if s.listens != nil {
		s.listens(s.address)
	}
	return l, nil
}
