package finding_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
)

func TestText_SaysWhereWhatAndWhatToDo(t *testing.T) {
	require.Equal(t, "a/go.mod: it requires 2: take one\nb: it is odd: ask\n", finding.Text([]finding.Finding{
		finding.New("a/go.mod", "take one", "it requires %d", 2),
		{Where: "b", What: "it is odd", Do: "ask"},
	}))
	require.Empty(t, finding.Text(nil))
}
