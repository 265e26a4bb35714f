-- Functions of intervals, in the working file and in releases. Comments below one page are like each other, so what a
-- sample of comments leaves to chance is its pages: a mean's error is that of leaving one page out at a time (the
-- jackknife; Cameron & Miller 2015, doi:10.3368/jhr.50.2.317), its degrees of freedom are the pages, less one, that
-- would count as much were they of equal size (Kish 1965). Each takes one list entry a page: the sum of its values, and
-- how many they are.
create or replace macro student_t_table() as [
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281,
    2.201, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423
];
create or replace macro between_logs(low, high, share) as low ** (1 - share) * high ** share;
create or replace macro student_t_975(degrees) as case
    when degrees >= 30 then 1.959964 + 2.372271 / degrees + 2.822499 / degrees ** 2 + 2.55585 / degrees ** 3
    when degrees >= 1 then between_logs(
        list_extract(student_t_table(), floor(degrees)::bigint),
        list_extract(student_t_table(), floor(degrees)::bigint + 1),
        (degrees - floor(degrees)) * (floor(degrees) + 1) / degrees
    )
end;
create or replace macro clustered_degrees(counts) as
    list_sum(counts) ** 2 / list_sum(list_transform(counts, lambda n: n ** 2)) - 1;
create or replace macro clustered_error(sums, counts) as sqrt(
    (len(sums) - 1) / len(sums) * list_sum(list_transform(
        list_zip(sums, counts),
        lambda page: (
            (list_sum(sums) - page[1]) / nullif(list_sum(counts) - page[2], 0) - list_sum(sums) / list_sum(counts)
        ) ** 2
    ))
);
create or replace macro clustered_margin(sums, counts) as case
    when len(sums) >= 3 then student_t_975(clustered_degrees(counts)) * clustered_error(sums, counts)
end;
comment on macro student_t_table is 'student_t_table(): the 97.5 % quantiles of Student''s t with 1 to 30 degrees of freedom.';
comment on macro between_logs is 'between_logs(low, high, share): what lies a share of the way between two numbers, by their logarithms.';
comment on macro student_t_975 is 'student_t_975(degrees): the 97.5 % quantile of Student''s t; null below one degree. Off by 3 % between 1 and 2, else by less than .5 %.';
comment on macro clustered_degrees is 'clustered_degrees(counts): degrees of freedom of a mean over texts, from the number of texts of each page.';
comment on macro clustered_error is 'clustered_error(sums, counts): standard error of a mean over texts, pages as clusters; from each page''s sum and number of texts.';
comment on macro clustered_margin is 'clustered_margin(sums, counts): half the width of its 95 % interval; null below 3 pages, or where one of them holds nearly all.';
