package task_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/task"
)

func ExampleAsync() {
	rt := runtime.MustNew(runtime.Config{})
	_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		sum := task.Async(ctx, func(*runtime.Context) (int, error) { return 40 + 2, nil })
		// Do something else meanwhile.
		fmt.Println(sum.Await(ctx))
		return nil
	})
	// Output: 42 <nil>
}

func ExampleStream() {
	shout := func(_ *runtime.Context, word string) (string, error) {
		if word == "" {
			return "", fmt.Errorf("nothing to shout")
		}
		return strings.ToUpper(word), nil
	}
	rt := runtime.MustNew(runtime.Config{})
	_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		words := slices.Values([]string{"one", "", "three"})
		for r := range task.Stream(ctx, words, shout, task.StreamOptions{Max: 2}) {
			fmt.Printf("%d %q %v\n", r.Index, r.Value, r.Err)
		}
		return nil
	})
	// Output:
	// 0 "ONE" <nil>
	// 1 "" nothing to shout
	// 2 "THREE" <nil>
}
