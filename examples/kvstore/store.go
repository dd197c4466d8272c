package main

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// The names by which the parts of the store find each other.
const (
	storeName    = "store"
	bucketsName  = "buckets"
	registryName = "registry"
)

// storeApp is the service. The registry needs the buckets, and the front needs both: rest
// for one. They are killed for sport, so they may be restarted often.
func storeApp(rt *runtime.Runtime, address string) application.App {
	spec := supervisor.Spec{
		Name:      storeName,
		Strategy:  supervisor.RestForOne,
		Intensity: 100,
		Period:    time.Second,
		Children: []supervisor.ChildSpec{
			supervisor.Child("buckets", supervisor.Spec{
				Name: bucketsName, Strategy: supervisor.Dynamic, MaxChildren: 1000,
				Intensity: 100, Period: time.Second,
			}),
			{ID: "registry", Start: startRegistry},
			{ID: "front", Start: front(address)},
		},
	}
	return application.App{
		Name: "store",
		Root: func(any) (supervisor.Spec, error) { return spec, nil },
		// What it cannot do without is there, or it is away for a moment.
		Health: func(ctx context.Context) error {
			if _, err := supervisor.CountChildren(runtime.NewContext(ctx, rt), bucketsName); err != nil {
				return fmt.Errorf("buckets: %w", err)
			}
			return nil
		},
	}
}
