package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	_ "modernc.org/sqlite" // registers the driver

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// errFenced tells that somebody with a larger fence has the cart: what was to be written is
// not, and whoever wanted to is not its owner any more.
var errFenced = errors.New("cart: another owner has it")

// store is a database of carts that many programs share. It is what makes a cart safe: a
// lease alone does not, because its holder may be stopped just before it writes, and go on
// when somebody else has the lease. Each row has the fence of its last owner, and a
// statement of an earlier one changes nothing.
type store struct{ db *sql.DB }

const schema = `CREATE TABLE IF NOT EXISTS carts (
	id    TEXT PRIMARY KEY,
	fence INTEGER NOT NULL,
	items TEXT NOT NULL
)`

// openStore opens the database in a file, and makes it if it is not there.
func openStore(ctx context.Context, file string) (*store, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)")
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(fmt.Errorf("cart: %s: %w", file, err), db.Close())
	}
	return &store{db}, nil
}

func (s *store) close() error { return s.db.Close() }

// take returns what is in a cart and makes it that of the owner with a fence, in one step:
// what an earlier owner has on its way comes before that, and is read, or is refused. To
// read first and to raise the fence with the first write would lose it.
func (s *store) take(ctx context.Context, id string, f directory.Fence) ([]string, error) {
	const statement = `INSERT INTO carts (id, fence, items) VALUES (?, ?, '[]')
		ON CONFLICT (id) DO UPDATE SET fence = excluded.fence WHERE excluded.fence >= carts.fence
		RETURNING items`
	var text string
	switch err := s.db.QueryRowContext(ctx, statement, id, int64(f)).Scan(&text); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, errFenced
	case err != nil:
		return nil, fmt.Errorf("cart: take %s: %w", id, err)
	}
	var items []string
	return items, json.Unmarshal([]byte(text), &items)
}

// save writes what is in a cart, for the owner with a fence. It returns errFenced if
// somebody has taken the cart since.
func (s *store) save(ctx context.Context, id string, f directory.Fence, items []string) error {
	text, err := json.Marshal(items)
	if err != nil {
		return err
	}
	done, err := s.db.ExecContext(ctx, `UPDATE carts SET items = ? WHERE id = ? AND fence = ?`, text, id, int64(f))
	if err != nil {
		return fmt.Errorf("cart: save %s: %w", id, err)
	}
	switch n, err := done.RowsAffected(); {
	case err != nil:
		return err
	case n == 0:
		return errFenced
	}
	return nil
}
