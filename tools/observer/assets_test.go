package observer_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/observer"
)

// maxAssetBytes is what all that a browser loads may have, compressed.
const maxAssetBytes = 64 << 10

func TestAssets_AreThoseOfTheLockfileAndSmall(t *testing.T) {
	b, err := os.ReadFile("assets/lock.json")
	require.NoError(t, err)
	var lock []struct {
		Package, Version, Integrity string
		Files                       []struct{ Name, From, SHA256 string }
	}
	require.NoError(t, json.Unmarshal(b, &lock))
	plain, zipped := observer.Assets()
	foreign := 0
	for _, p := range lock {
		for _, f := range p.Files {
			sum := sha256.Sum256(plain[f.Name])
			require.Equal(t, f.SHA256, hex.EncodeToString(sum[:]), "%s of %s %s", f.Name, p.Package, p.Version)
			foreign++
		}
	}
	own := []string{"observer.css", "observer.js", "icon.svg"}
	require.Len(t, plain, foreign+len(own), "each file is in the lockfile or our own")
	for _, name := range own {
		require.Contains(t, plain, name)
	}
	total := 0
	for _, b := range zipped {
		total += len(b)
	}
	require.Less(t, total, maxAssetBytes)
}

func TestNumbers_AreShort(t *testing.T) {
	require.Equal(t, "0", observer.Duration(0))
	require.Equal(t, "1.5ms", observer.Duration(1500*time.Microsecond))
	require.Equal(t, "2m5s", observer.Duration(125*time.Second))
	require.Equal(t, "3d", observer.Duration(75*time.Hour))
	require.Equal(t, "<1s", observer.Age(time.Millisecond))
	require.Equal(t, "1h05m", observer.Age(65*time.Minute))
	require.Equal(t, "-1\u202f234\u202f567", observer.Whole(-1234567))
	require.Equal(t, "1.5 KiB", observer.Size(1536))
	require.Equal(t, "1 crash", observer.Plural(1, "crash"))
	require.Equal(t, "2 crashes", observer.Plural(2, "crash"))
}
