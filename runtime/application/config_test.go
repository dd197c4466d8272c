package application_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/application"
)

func TestLoadConfig(t *testing.T) {
	type store struct {
		Buckets int
		Path    string
	}
	apps := []application.App{{Name: "store", Config: store{Buckets: 8, Path: "/"}}, {Name: "web"}}
	changed, err := application.LoadConfig(strings.NewReader(`{"store": {"buckets": 3}}`), apps...)
	require.NoError(t, err)
	require.Equal(t, store{Buckets: 3, Path: "/"}, changed[0].Config)
	require.Equal(t, store{Buckets: 8, Path: "/"}, apps[0].Config, "what was given stays as it was")
	for text, want := range map[string]string{
		`{`:                        "application: read the configuration: unexpected EOF",
		`{"shop": {}}`:             `application: read the configuration: there is no application "shop"`,
		`{"web": {}}`:              `application "web": read the configuration: the application has no configuration`,
		`{"store": {"bucket": 3}}`: `application "store": read the configuration: json: unknown field "bucket"`,
	} {
		_, err := application.LoadConfig(strings.NewReader(text), apps...)
		require.EqualError(t, err, want)
	}
}
