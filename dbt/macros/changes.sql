{#- Which landing dates a mart has to make anew. broadsheet/storage/change_log.py notes what changed in which table, with
    the rows; here each mart notes what it has taken in, and what became of its own rows, in the transaction that
    writes them. So a build that is killed, or is started by hand, leaves nothing behind that the next does not mend. -#}

{#- The landing dates, as a query: those that changed in the tables that the model follows (config meta). -#}
{% macro changed_days() -%}
    {%- set follows = "'" ~ (config.get('meta') or {}).get('follows', []) | join("', '") ~ "'" -%}
    select distinct differing.landing_date
    from (
        (
            select table_name, landing_date, version from publishing.partitions where table_name in ({{ follows }})
            except
            select table_name, landing_date, version from publishing.taken where taker = '{{ mart_name() }}'
        )
        union all
        (
            select table_name, landing_date, version from publishing.taken where taker = '{{ mart_name() }}'
            except
            select table_name, landing_date, version from publishing.partitions where table_name in ({{ follows }})
        )
    ) as differing
    where differing.landing_date is not null
{%- endmacro %}

{#- A condition that keeps rows of those landing dates; all rows where the mart is made from nothing. -#}
{% macro of_changed_days() -%}
    {% if is_incremental() %}landing_date in ({{ changed_days() }}){% else %}true{% endif %}
{%- endmacro %}

{#- Before a model is run: its rows of those landing dates go. -#}
{% macro forget_changed_days() -%}
    {% if is_incremental() %}delete from {{ this }} where {{ of_changed_days() }}{% endif %}
{%- endmacro %}

{#- After a model was run: what its rows are now, by landing date where it has one, and what they were made of. -#}
{% macro note_changes() -%}
    {%- set name, day = mart_name(), 'landing_date' if 'landing_date' in model.columns else 'null::date' -%}
    create or replace temp table noted_{{ this.identifier }} as
    select
        {{ day }} as landing_date,
        concat_ws(' ', count(*), sum(hash({{ model.columns.keys() | sort | join(', ') }}))) as version
    from {{ this }}
    where {{ of_changed_days() }}
    group by 1;
    delete from publishing.partitions
    where
        table_name = '{{ name }}' and {{ of_changed_days() }}
        and (coalesce(landing_date, date '0001-01-01'), version) not in (
            select (coalesce(landing_date, date '0001-01-01'), version) from noted_{{ this.identifier }}
        );
    insert into publishing.partitions (table_name, landing_date, version, changed_at)
    select '{{ name }}', noted.landing_date, noted.version, now()
    from noted_{{ this.identifier }} as noted
    where (coalesce(noted.landing_date, date '0001-01-01'), noted.version) not in (
        select (coalesce(landing_date, date '0001-01-01'), version)
        from publishing.partitions where table_name = '{{ name }}'
    );
    drop table noted_{{ this.identifier }};
    delete from publishing.taken where taker = '{{ name }}';
    insert into publishing.taken (taker, table_name, landing_date, version)
    select '{{ name }}', table_name, landing_date, version from publishing.partitions
    where list_contains({{ (config.get('meta') or {}).get('follows', []) }}, table_name);
{%- endmacro %}

{% macro mart_name() -%}marts.{{ this.identifier }}{%- endmacro %}
