package application_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// asProgram makes the test's binary be a program that runs applications.
const asProgram = "STARLANG_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(program())
	}
	goleak.VerifyTestMain(m)
}

// program prints when its application starts and stops.
func program() int {
	worker := supervisor.ChildSpec{ID: "worker", Start: supervisor.BodyOpt(runtime.SpawnOptions{TrapExit: true},
		func(ctx *runtime.Context) error {
			fmt.Println("ready")
			_, err := ctx.Recv()
			fmt.Println("stops")
			return err
		})}
	err := application.Run(context.Background(), application.App{
		Name: "app", Root: func(any) (supervisor.Spec, error) {
			return supervisor.Spec{Children: []supervisor.ChildSpec{worker}}, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}
