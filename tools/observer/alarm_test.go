package observer_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/tools/observer"
)

func TestMeaning_SaysWhatEachKindOfAlarmIsAbout(t *testing.T) {
	for _, kind := range inspect.AlarmKinds() {
		a := inspect.Alarm{Kind: kind, Value: 0.8}
		require.NotEqual(t, fmt.Sprint(a.Value), observer.Meaning(a), kind)
	}
}
