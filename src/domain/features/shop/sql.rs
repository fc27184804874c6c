//! The shop in the SQLite export, by the names of the seed.

use super::model::{CodeGift, ItemKind};
use super::service::ITEM_POST;
use super::tables::{self, CODES, ITEMS, PURCHASES};
use crate::exported;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlTable, SqlValue, index};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[EXPORTED_ITEMS, EXPORTED_INVENTORY, EXPORTED_PURCHASES, EXPORTED_CODES];

exported! {
    /// `T-SHP-02`; the name is with its emoji, as the seed has it (`D-94`). Those that were removed are there as well, because
    /// purchases refer to them.
    const EXPORTED_ITEMS = "shop_items" of ITEMS;
    |read, (guild, id), item| => {
        let post = ITEM_POST.state(read, guild, id.get())?;
        let hours = match item.kind {
            ItemKind::Role { hours, .. } => hours,
            _ => None,
        };
        "id": "INTEGER" => SqlValue::id(id.get()),
        "name": "TEXT NOT NULL" => item.called(),
        "description": "TEXT NOT NULL DEFAULT ''" => &item.description,
        "price": "INTEGER NOT NULL" => item.price,
        "category": "TEXT NOT NULL" => &item.category,
        "stock": "INTEGER NOT NULL DEFAULT -1" => item.stock.number(),
        "is_active": "INTEGER NOT NULL DEFAULT 1" => item.is_active,
        "channel_id": "INTEGER" => post.as_ref().map(|post| post.channel),
        "message_id": "INTEGER" => post.as_ref().and_then(|post| post.message),
        "sync_status": "TEXT" => post.as_ref().map(|post| post.sync.name()),
        "created_at": MOMENT_DEFAULT_NOW => item.created_at,
        "sales_count": "INTEGER NOT NULL DEFAULT 0" => SqlValue::id(tables::sold(read, guild, id)?),
        "kind": "TEXT NOT NULL" => item.kind.name(),
        "role_id": "INTEGER" => item.kind.role().map(|role| SqlValue::id(role.get())),
        "role_hours": "INTEGER" => hours,
        "per_member": "INTEGER" => item.per_member,
        "required_role_id": "INTEGER" => item.required_role.map(|role| SqlValue::id(role.get())),
        "starts_at": "TEXT" => item.from,
        "ends_at": "TEXT" => item.until,
        "removed_at": "TEXT" => item.removed_at,
    }
    primary_key: ["id"];
}

exported! {
    /// `T-CUR-03`.
    const EXPORTED_INVENTORY = "inventory" by tables::inventories;
    |read, (guild, user, item), held| => {
        "user_id": "INTEGER NOT NULL" => user,
        "item_id": "INTEGER NOT NULL" => SqlValue::id(item.get()),
        "quantity": "INTEGER NOT NULL" => held,
    }
    primary_key: ["user_id", "item_id"];
}

exported! {
    /// Every purchase, so that the inventory can be explained in the file as well.
    const EXPORTED_PURCHASES = "shop_purchases" of PURCHASES;
    |read, (guild, id), purchase| => {
        "id": "INTEGER" => SqlValue::id(id.get()),
        "item_id": "INTEGER NOT NULL" => SqlValue::id(purchase.item.get()),
        "user_id": "INTEGER NOT NULL" => purchase.user,
        "quantity": "INTEGER NOT NULL" => purchase.quantity,
        "price": "INTEGER NOT NULL" => purchase.price,
        "used": "INTEGER NOT NULL DEFAULT 0" => purchase.used,
        "status": "TEXT NOT NULL" => purchase.state.name(),
        "purchased_at": MOMENT_DEFAULT_NOW => purchase.at,
        "closed_at": "TEXT" => purchase.closed.map(|(at, _)| at),
        "entry_id": "INTEGER" => purchase.entry.map(|entry| SqlValue::id(entry.get())),
        "refund_entry_id": "INTEGER" => purchase.refund.map(|entry| SqlValue::id(entry.get())),
        "code_id": "INTEGER" => purchase.code.map(|code| SqlValue::id(code.get())),
    }
    primary_key: ["id"];
    indexes: [index("idx_shop_purchases_user_id", "user_id, id")];
}

exported! {
    /// The codes that were made.
    const EXPORTED_CODES = "shop_codes" of CODES;
    |read, (guild, id), code| => {
        let (amount, item, quantity) = match code.gives {
            CodeGift::Currency(amount) => (Some(amount), None, None),
            CodeGift::Item(item, quantity) => (None, Some(SqlValue::id(item.get())), Some(quantity)),
        };
        "id": "INTEGER" => SqlValue::id(id.get()),
        "code": "TEXT NOT NULL" => &code.text,
        "amount": "INTEGER" => amount,
        "item_id": "INTEGER" => item,
        "quantity": "INTEGER" => quantity,
        "max_uses": "INTEGER NOT NULL" => code.most,
        "used": "INTEGER NOT NULL DEFAULT 0" => code.used,
        "expires_at": "TEXT" => code.until,
        "created_at": MOMENT_DEFAULT_NOW => code.made_at,
        "revoked_at": "TEXT" => code.revoked_at,
    }
    primary_key: ["id"];
}
