CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT NOT NULL
);

CREATE TABLE products (
    sku TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents > 0),
    stock INTEGER NOT NULL CHECK (stock >= 0)
);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    sku TEXT NOT NULL REFERENCES products (sku),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    placed_on TEXT NOT NULL
);

CREATE TABLE shipments (
    order_id INTEGER PRIMARY KEY REFERENCES orders (id),
    shipped_on TEXT NOT NULL
);

CREATE VIRTUAL TABLE product_index USING fts5 (sku UNINDEXED, name);

CREATE TRIGGER index_new_product AFTER INSERT ON products BEGIN
    INSERT INTO product_index (sku, name) VALUES (new.sku, new.name);
END;

CREATE TRIGGER index_renamed_product AFTER UPDATE OF name ON products BEGIN
    UPDATE product_index SET name = new.name WHERE sku = new.sku;
END;
